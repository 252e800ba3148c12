"""One step of a whole network on one thread: the engine against PyTorch and ONNX Runtime.

Everything is timed in turn, round after round; the figures are medians of processor
time. The engine's step has the features in it, the others' do not.
"""

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "train"), str(HERE)]
try:
    import numpy as np
    import torch

    from architectures import read_network
    from mdensenet import MDenseNet
    from stepped import run, stepped
except ImportError as error:
    print(f"Whole networks: left out, {error} (python3-torch, python3-scipy)")
    sys.exit(0)

FRAMES, STEPS, ROUNDS, TOLERANCE = 100, 20, 11, 1e-4
OURS, ONNX, PASSING = "Unbraid", "ONNX Runtime, frame by frame", "states in and out of ONNX Runtime"
INSTALL = "npm install --ignore-scripts --prefix {} onnxruntime-node"


class LeftOut(Exception):
    pass


class Torch:
    """masks = step(features [frames, 2, bins]) in this process."""

    def __init__(self, step, features):
        self.step, self.features = step, features
        self.masks = step(features).numpy()

    def seconds(self, steps):
        begun = time.thread_time()
        self.step(self.features[:steps])
        return (time.thread_time() - begun) / steps

    def close(self):
        pass


class Process:
    """A program that answers a number of steps with the seconds of one; `masks` reads
    what it wrote before."""

    def __init__(self, command, masks):
        try:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                            text=True)
            self.seconds(1)
        except FileNotFoundError:
            raise LeftOut(f"no {command[0]}") from None
        except (BrokenPipeError, ValueError):
            said = self.process.stderr.read().strip().splitlines()
            raise LeftOut(said[-1] if said else f"{command[0]} failed") from None
        self.masks = masks()

    def seconds(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Passing(torch.nn.Module):
    """The states go in and come out, with nothing between."""

    def __init__(self, net):
        super().__init__()
        self.outputs = len(net.OUTPUTS)

    def forward(self, feature, *states):
        return (feature[0].expand(self.outputs, -1) + 0, *(state + 0 for state in states))


def export(module, inputs, path):
    count = len(inputs) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, inputs, str(path), opset_version=15,
                          input_names=["feature"] + [f"state{i}" for i in range(count)],
                          output_names=["masks"] + [f"new{i}" for i in range(count)])


class Bench:
    """Everything that computes one model, in files under `folder`."""

    def __init__(self, build, folder, model):
        self.build, self.folder, self.model = build, folder, model
        self.net = read_network(model).eval()
        s = self.net.sizes
        spectrum = torch.randn(FRAMES, 2, s.bins, 2) * s.analysis / 100
        left, right = torch.view_as_complex(spectrum).unbind(1)
        self.features = self.net.features(left, right, s)
        spectrum.numpy().tofile(folder / "spectra")
        self.features.numpy().tofile(folder / "features")
        self.step = stepped(self.net)
        self.inputs = (self.features[0], *self.step.states)

    def written(self, name):
        """A file of [frames][outputs][bins] -> [outputs, frames, bins]."""
        values = np.fromfile(self.folder / name, np.float32)
        return values.reshape(FRAMES, len(self.net.OUTPUTS), -1).transpose(1, 0, 2)

    def engine(self):
        def masks():
            floor = getattr(sys.modules[type(self.net).__module__], "MASK_FLOOR", 0)
            y = self.written("estimates") + floor
            return y / y.sum(0)
        return Process([self.build / "bench-network", self.model, self.folder / "spectra",
                        self.folder / "estimates"], masks)

    def torch_stepped(self):
        return Torch(lambda features: run(self.step, self.step.states, features), self.features)

    def torch_traced(self):
        traced = torch.jit.optimize_for_inference(torch.jit.trace(self.step, self.inputs))
        return Torch(lambda features: run(traced, self.step.states, features), self.features)

    def torch_whole(self):
        return Torch(lambda features: self.net(features[None])[0], self.features)

    def onnx(self, module):
        runtime = self.build / "onnxruntime"
        if not (runtime / "node_modules" / "onnxruntime-node").is_dir():
            raise LeftOut(INSTALL.format(runtime))
        exported = self.folder / f"{type(module).__name__}.onnx"
        export(module, self.inputs, exported)
        return Process(["node", HERE / "onnx.mjs", runtime, exported, self.folder / "features",
                        self.folder / "masks"], lambda: self.written("masks"))

    def contenders(self):
        """Name -> who is there, the engine first."""
        makers = {OURS: self.engine,
                  "PyTorch, frame by frame": self.torch_stepped,
                  "PyTorch, traced and optimised": self.torch_traced,
                  f"PyTorch, {STEPS} frames at once": self.torch_whole,
                  ONNX: lambda: self.onnx(self.step),
                  PASSING: lambda: self.onnx(Passing(self.net))}
        there = {}
        for name, make in makers.items():
            try:
                there[name] = make()
            except LeftOut as why:
                print(f"  {name}: left out, {why}")
        return there


def report(there):
    """@return whether all computed the same."""
    times = {name: [] for name in there}
    for _ in range(ROUNDS):
        for name, contender in there.items():
            times[name].append(contender.seconds(STEPS))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = OURS if OURS in there else next(iter(there))
    masks, same = there[ours].masks, True
    for name, contender in there.items():
        line = f"  {name:36} {medians[name] * 1e3:8.3f} ms {medians[name] / medians[ours]:7.2f}"
        if name not in (ours, PASSING):
            difference = np.abs(contender.masks - masks).max()
            same = same and difference <= TOLERANCE
            line += f"   {difference:.0e}"
        print(line)
    if PASSING in medians:
        seconds = medians[ONNX] - medians[PASSING]
        print(f"  {'ONNX Runtime without these':36} {seconds * 1e3:8.3f} ms "
              f"{seconds / medians[ours]:7.2f}")
    return same


def random_model(path):
    """Its times do not depend on its weights."""
    torch.manual_seed(1)
    MDenseNet(MDenseNet.Sizes()).write(path, "CC0-1.0", "nothing: random weights")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="folder of bench-network")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    folder, same = args.build / "bench-networks", True
    folder.mkdir(exist_ok=True)
    print("One step of a network, one thread: time, ratio, greatest difference of a mask.")
    for model in (random_model(folder / "mdensenet3w.safetensors"),
                  HERE.parent / "models" / "balanced.safetensors"):
        print(f"\n{model.stem}", flush=True)
        there = Bench(args.build, folder, model).contenders()
        same = report(there) and same
        for contender in there.values():
            contender.close()
    if not same:
        sys.exit("Masks differ by more than %g" % TOLERANCE)


if __name__ == "__main__":
    with torch.no_grad():
        main()
