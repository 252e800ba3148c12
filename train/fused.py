"""The blocks of `bandgru`, forward and backward, each in one call of C (fused/*.c).

PyTorch computes a block as dozens of small operations that pass tensors through memory. Here
a frame stays in the caches. If the processor multiplies bfloat16 (AVX-512 BF16), products use it:
operands are rounded; sums, states and the residual stream are float32. The C code is compiled at
first use. Without a compiler, or if it does not apply, PyTorch's own operations do the same.

UNBRAID_FUSED selects avx512bf16, avx512 or avx2 (default: the best that the processor has),
or off.

    python3 fused.py    measures the speed here, beside PyTorch
"""

import ctypes
import functools
import glob
import hashlib
import math
import os
import platform
import statistics
import subprocess
import tempfile
import time

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, "fused")
FOLDERS = (os.path.join(HERE, "..", "build", "fused"),
           os.path.join(os.path.expanduser("~"), ".cache", "unbraid"))
CFLAGS = ("-std=gnu11 -O2 -fno-math-errno -ffp-contract=fast -fPIC -shared -fvisibility=hidden "
          "-Wall -Wextra -Wshadow -Wno-psabi -Werror").split()
# By name: what the processor must have, and flags.
KINDS = {
    "avx512bf16": ("avx512f avx512bw avx512vl avx512_bf16",
                   "-mavx512f -mavx512bw -mavx512vl -mavx512bf16 -mfma -DBFLOAT16"),
    "avx512": ("avx512f avx512bw avx512vl", "-mavx512f -mavx512bw -mavx512vl -mfma"),
    "avx2": ("avx2 fma", "-mavx2 -mfma"),
}
EXACT = {"avx512bf16": "avx512"}   # the same in float32
LANES = 16   # floats of the largest register


def processor():
    """What /proc/cpuinfo says that the processor has."""
    if platform.machine() in ("x86_64", "AMD64") and os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.split())
    return set()


def compiled(kind):
    """Path of the library, made if it is not there yet."""
    sources = sorted(glob.glob(os.path.join(SOURCES, "*.[ch]")))
    flags = CFLAGS + KINDS[kind][1].split()
    digest = hashlib.sha256(" ".join(flags).encode())
    for source in sources:
        with open(source, "rb") as file:
            digest.update(file.read())
    name = f"fused-{kind}-{digest.hexdigest()[:16]}.so"
    for folder in FOLDERS:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    for folder in FOLDERS:
        try:
            os.makedirs(folder, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=folder)
        except OSError:
            continue
        os.close(handle)
        try:
            subprocess.run([os.environ.get("CC", "cc"), *flags, "-o", part,
                            *(s for s in sources if s.endswith(".c")), "-lm"],
                           check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            os.replace(part, os.path.join(folder, name))
        except BaseException:
            os.unlink(part)
            raise
        return os.path.join(folder, name)
    raise OSError("no folder to compile in")


class Library:
    def __init__(self, kind):
        self.kind = kind
        self.c = ctypes.CDLL(compiled(kind))
        self.operand = torch.bfloat16 if kind.endswith("bf16") else torch.float32

    def call(self, name, *arguments):
        """Tensors by their memory, None as NULL, structures by reference."""
        pointers = [ctypes.c_void_p(a.data_ptr()) if isinstance(a, torch.Tensor) else
                    ctypes.byref(a) if isinstance(a, ctypes.Structure) else a for a in arguments]
        if getattr(self.c, name)(*pointers):
            raise MemoryError(name)


@functools.lru_cache(None)
def open_library(choice):
    """The library, or None, and what to say of it."""
    if choice == "off":
        return None, "PyTorch's own operations: UNBRAID_FUSED=off"
    if choice and choice not in KINDS:
        raise SystemExit(f"UNBRAID_FUSED={choice}: none of {', '.join(KINDS)}, off")
    has = processor()
    kinds = [k for k, (needs, _) in KINDS.items() if has.issuperset(needs.split())]
    if choice and choice not in kinds:
        return None, f"PyTorch's own operations: no {choice} here"
    if not kinds:
        return None, "PyTorch's own operations: no AVX2 here"
    kind = choice or kinds[0]
    try:
        return Library(kind), f"fused operations, {kind}"
    except subprocess.CalledProcessError as error:
        said = error.stdout.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        return None, f"PyTorch's own operations: the C compiler failed: {said[0]}"
    except OSError as error:
        return None, f"PyTorch's own operations: {error}"


def choice():
    return os.environ.get("UNBRAID_FUSED", "")


def describe():
    """For a log: what computes the blocks."""
    return open_library(choice())[1]


def library(x, applies=True):
    """What computes on tensors like `x`, or None if PyTorch has to. Only what is learnt from is
    rounded: scores are of what the weights say."""
    if x.device.type != "cpu" or x.dtype != torch.float32 or not applies:
        return None
    found = open_library(choice())[0]
    if found and found.kind in EXACT and not torch.is_grad_enabled():
        return open_library(EXACT[found.kind])[0]
    return found


def structure(numbers, tensors):
    """A C structure of ints, then pointers to float, or None."""
    class Struct(ctypes.Structure):
        _fields_ = [*((f"number{i}", ctypes.c_int) for i in range(len(numbers))),
                    *((f"pointer{i}", ctypes.c_void_p) for i in range(len(tensors)))]
    return Struct(*numbers, *(t if t is None else t.data_ptr() for t in tensors))


class Operation(torch.autograd.Function):
    """x through NAME_forward and NAME_backward of C, which take a structure of `sizes` and
    parameters, and one of the parameters' gradients; of each value of x, `kept` operands, a
    number for each tensor, are kept for the way back."""

    @staticmethod
    def forward(ctx, c, name, sizes, kept, x, *parameters):
        x, parameters = x.contiguous(), [p.detach().contiguous() for p in parameters]
        y, operands = torch.empty_like(x), [None] * len(kept)
        if any(ctx.needs_input_grad):
            operands = [x.new_empty(count * x.numel(), dtype=c.operand) for count in kept]
        c.call(name + "_forward", structure(sizes, parameters), x, y, *operands)
        ctx.c, ctx.name, ctx.sizes, ctx.kept = c, name, sizes, len(kept)
        ctx.save_for_backward(x, *operands, *parameters)
        return y

    @staticmethod
    def backward(ctx, dy):
        x, *saved = ctx.saved_tensors
        operands, parameters = saved[:ctx.kept], saved[ctx.kept:]
        dy, dx, found = dy.contiguous(), torch.empty_like(x), [torch.zeros_like(p) for p in parameters]
        ctx.c.call(ctx.name + "_backward", structure(ctx.sizes, parameters), x, *operands, dy, dx,
                   structure((), found))
        return None, None, None, None, dx, *found


def time_block(x, norm, gru, out):
    """x + out(GRU(norm(x))) along the first axis of [frames, ..., n]."""
    c, (frames, *rows, n) = library(x, x.shape[-1] % LANES == 0), x.shape
    if not c:
        return plain_time_block(x, norm, gru, out)
    return Operation.apply(
        c, "time", (frames, math.prod(rows), n), (1, 4), x, norm.weight, norm.bias, gru.weight_ih_l0,
        gru.weight_hh_l0, gru.bias_ih_l0, gru.bias_hh_l0, out.weight, out.bias)


def band_block(x, norm, inner, outer):
    """x + outer(relu(inner(norm(x)))) across the bands of [..., bands, n]."""
    c, (*groups, bands, n) = library(x, x.shape[-1] % LANES == 0), x.shape
    if not c:
        return plain_band_block(x, norm, inner, outer)
    return Operation.apply(c, "band", (math.prod(groups), bands, n), (2,), x, norm.weight, norm.bias,
                           inner.weight, inner.bias, outer.weight, outer.bias)


def channel_block(x, norm, inner, outer):
    """x + outer(relu(inner(norm(x)))) of [..., n]."""
    c, (*rows, n) = library(x, x.shape[-1] % LANES == 0), x.shape
    if not c:
        return plain_channel_block(x, norm, inner, outer)
    return Operation.apply(c, "channel", (math.prod(rows), n), (2,), x, norm.weight, norm.bias,
                           inner.weight, inner.bias, outer.weight, outer.bias)


def runs(net, x_shape):
    """The first numbers of a call of an end of the network, for each run of bands."""
    band = bin = 0
    for bands, width in net.runs:
        yield *x_shape, net.sizes.bins, band, bands, bin, width
        band, bin = band + bands, bin + bands * width


class Encode(torch.autograd.Function):
    """See fused/encode.c; after the features, weights and biases of all runs."""

    @staticmethod
    def forward(ctx, c, net, feature, *parameters):
        ctx.tensors = [t.detach().contiguous() for t in (net.feature_mean, net.feature_scale, *parameters)]
        batch, frames = feature.shape[:2]
        x = feature.new_empty(frames, batch, net.sizes.count(), net.sizes.n)
        ctx.c, ctx.runs, ctx.taps = c, list(runs(net, x.shape)), net.sizes.taps
        feature = feature.contiguous()
        for run, parts in Encode.calls(ctx, ctx.tensors[2:]):
            c.call("encode_forward", structure(run, ctx.tensors[:2] + parts), feature, x)
        ctx.save_for_backward(feature)
        return x

    @staticmethod
    def calls(ctx, tensors):
        """Numbers and tensors of each run."""
        count = len(ctx.runs)
        return [((*run, ctx.taps), [tensors[i], tensors[count + i]]) for i, run in enumerate(ctx.runs)]

    @staticmethod
    def backward(ctx, dx):
        feature, = ctx.saved_tensors
        dx, found = dx.contiguous(), [torch.zeros_like(p) for p in ctx.tensors[2:]]
        for run, parts in Encode.calls(ctx, found):
            ctx.c.call("encode_backward", structure(run, [*ctx.tensors[:2], None, None]), feature, dx,
                       structure((), parts))
        return None, None, None, *found


class Decode(torch.autograd.Function):
    """See fused/decode.c; after x the head's parameters, then weights and biases of all runs."""

    @staticmethod
    def forward(ctx, c, net, x, *parameters):
        x, ctx.tensors = x.contiguous(), [p.detach().contiguous() for p in parameters]
        ctx.c, ctx.runs, ctx.outputs = c, list(runs(net, x.shape)), len(net.OUTPUTS)
        ctx.power = torch.tensor(float(net.sizes.mask_power))
        masks = x.new_empty(x.shape[1], ctx.outputs, x.shape[0], net.sizes.bins)
        for run, parts in Decode.calls(ctx, ctx.tensors):
            c.call("decode_forward", structure(run, [ctx.power, *parts]), x, masks)
        ctx.save_for_backward(x, masks)
        return masks

    @staticmethod
    def calls(ctx, tensors):
        """Numbers and tensors of each run."""
        count = len(ctx.runs)
        return [((*run, ctx.outputs), [*tensors[:4], tensors[4 + i], tensors[4 + count + i]])
                for i, run in enumerate(ctx.runs)]

    @staticmethod
    def backward(ctx, d_masks):
        x, masks = ctx.saved_tensors
        d_masks, dx = d_masks.contiguous(), torch.empty_like(x)
        found = [torch.zeros_like(p) for p in ctx.tensors]
        for (run, parts), (_, of_run) in zip(Decode.calls(ctx, ctx.tensors), Decode.calls(ctx, found)):
            ctx.c.call("decode_backward", structure(run, [ctx.power, *parts]), x, masks, d_masks, dx,
                       structure((), of_run))
        return None, None, dx, *found


def encode(net, feature):
    """A BandGru's features [batch, frames, 2, bins] -> [frames, batch, bands, n]."""
    c = library(feature, net.sizes.n % LANES == 0 and not feature.requires_grad)
    if not c:
        return plain_encode(net, feature)
    return Encode.apply(c, net, feature, *net.encoder.weights, *net.encoder.biases)


def decode(net, x):
    """A BandGru's [frames, batch, bands, n] -> masks [batch, outputs, frames, bins]."""
    c = library(x, net.sizes.n % LANES == 0
                and all(width * len(net.OUTPUTS) % LANES == 0 for _, width in net.runs))
    if not c:
        return plain_decode(net, x)
    return Decode.apply(c, net, x, net.head_norm.weight, net.head_norm.bias, net.head.weight,
                        net.head.bias, *net.decoder.weights, *net.decoder.biases)


def transforms(stft, bins):
    """Whether the transform of fused/fft.c does."""
    size = stft.analysis
    return size & (size - 1) == 0 and size >= 8 * LANES and bins <= size // 2


def spectrum(stft, audio, hop, bins):
    """The first bins of stft.spectrum(audio [..., samples], hop)."""
    c = library(audio, transforms(stft, bins) and hop % LANES == 0 and not audio.requires_grad)
    if not c:
        return stft.spectrum(audio, hop)[..., :bins]
    audio, (*signals, samples) = audio.contiguous(), audio.shape
    found = torch.empty(*signals, samples // hop, bins, dtype=torch.complex64)
    numbers = math.prod(signals), samples, samples // hop, stft.analysis, hop, bins
    c.call("spectrum", structure(numbers, [stft.window]), audio, found)
    return found


class Heard(torch.autograd.Function):
    """See fused/heard.c; returns its sums."""

    @staticmethod
    def forward(ctx, c, stft, skip, masks, mixture, stems, sums, limits):
        batch, outputs, frames, bins = masks.shape
        numbers = batch, outputs, frames, bins, skip, stft.analysis, stft.synthesis
        tensors = [t.detach().contiguous() for t in (stft.inverse_window, sums, limits, masks, mixture,
                                                     stems)]
        found = [masks.new_empty(batch, n) for n in (1, outputs, 1, outputs)]
        slopes = [None, None]
        if ctx.needs_input_grad[3]:
            slopes = [masks.new_empty(batch, outputs, n, bins) for n in (frames, (frames + 1) // 2)]
        c.call("heard_forward", structure(numbers, tensors), structure((), found), *slopes)
        ctx.c, ctx.numbers = c, numbers
        ctx.save_for_backward(*slopes, tensors[1])
        ctx.mark_non_differentiable(found[0], found[2])
        return tuple(found)

    @staticmethod
    def backward(ctx, _reference, d_error, _roots, d_distance):
        *slopes, sums = ctx.saved_tensors
        d_masks = torch.empty_like(slopes[0])
        ctx.c.call("heard_backward", structure(ctx.numbers, [None, sums, None, None, None, None]),
                   *slopes, d_error.contiguous(), d_distance.contiguous(), d_masks)
        return None, None, None, d_masks, None, None, None, None


def heard_errors(stft, masks, mixture, stems, sums, limits, skip):
    """Means over frames of what masks [batch, outputs, frames, bins] leave of complex spectra,
    mixture [batch, 1, ...] and stems, of each example the bins below its limit: the energy that
    is heard of mixture [batch, 1] and errors [batch, outputs], of all but the first frames; and
    of every other frame the roots of the mixture's magnitudes [batch, 1], and their distances,
    masked, to those of the stems [batch, outputs]. `sums` [batch, outputs, outputs]: the masks
    that are added for each output."""
    frames, bins = masks.shape[2:]
    c = library(masks, transforms(stft, bins) and stft.synthesis % 2 == 0)
    if not c:
        return plain_heard_errors(stft, masks, mixture, stems, sums, limits, skip)
    reference, error, roots, distance = Heard.apply(c, stft, skip, masks, mixture, stems, sums, limits)
    samples, counted = (frames - skip) * stft.synthesis, (frames + 1) // 2 * bins
    return reference / samples, error / samples, roots / counted, distance / counted


def plain_time_block(x, norm, gru, out):
    h, _ = gru(norm(x).flatten(1, -2))
    return x + out(h).view_as(x)


def plain_band_block(x, norm, inner, outer):
    return x + outer(F.relu(inner(norm(x).transpose(-1, -2)))).transpose(-1, -2)


def plain_channel_block(x, norm, inner, outer):
    return x + outer(F.relu(inner(norm(x))))


def plain_encode(net, feature):
    return net.encode(feature).permute(1, 2, 0, 3).contiguous()


def plain_decode(net, x):
    x = torch.tanh(net.head(net.head_norm(x)))
    return torch.softmax(net.sizes.mask_power * net.decode(x.permute(2, 0, 1, 3)), 1)


def plain_heard_errors(stft, masks, mixture, stems, sums, limits, skip):
    masks = torch.bmm(sums, masks.flatten(2)).view_as(masks)
    # Real arithmetic: PyTorch copies a real factor of a complex product.
    heard = torch.arange(masks.shape[-1], device=limits.device) < limits[:, None]
    heard = heard.float()[:, None, None, :, None]
    mixture, stems = torch.view_as_real(mixture) * heard, torch.view_as_real(stems) * heard

    # The output's error as it will be heard, through the synthesis window: the
    # transform is linear, so the error's spectrum is enough.
    reference, error = (
        stft.heard(torch.view_as_complex(x[:, :, skip:].contiguous())).square().mean((2, 3))
        for x in (mixture, masks[..., None] * mixture - stems))
    root = mixture[:, :, ::2].square().sum(-1) ** 0.25
    target = stems[:, :, ::2].square().sum(-1) ** 0.25
    distance = ((masks[:, :, ::2] + 1e-6).sqrt() * root - target).abs()
    return reference, error, root.mean((2, 3)), distance.mean((2, 3))


def benchmark(seconds=4, batch=5, rounds=5):
    """Steps of training, forward and back, in turn in each way; medians."""
    from bandgru import BandGru
    from losses import heard_loss
    from stft import Stft

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    has = processor()
    kinds = ["off", *(kind for kind, (needs, _) in KINDS.items() if has.issuperset(needs.split()))]
    net = BandGru(BandGru.Sizes())
    stft = Stft(net.sizes.analysis, net.sizes.synthesis, net.sizes.hop)
    stems = 0.05 * torch.randn(batch, 4, seconds * net.sizes.sample_rate)
    rest = stems.sum(1), torch.full((batch,), 2e4), torch.full((batch,), -1)
    times = {kind: [] for kind in kinds}
    for _ in range(rounds + 1):
        for kind in kinds:
            os.environ["UNBRAID_FUSED"] = kind
            net.zero_grad()
            began = time.process_time()
            heard_loss(net, stft, stems, *rest)[0].backward()
            times[kind].append(time.process_time() - began)
    plain = statistics.median(times["off"][1:])
    for kind in kinds:
        median = statistics.median(times[kind][1:])
        print(f"{kind:12}{batch * seconds / median:6.1f} s of audio a second of one core, "
              f"{plain / median:.2f} of PyTorch's")


if __name__ == "__main__":
    benchmark()
