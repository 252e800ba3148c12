"""Scores separated songs: networks, checkpoints, and the program as users run it.

Every separator gets the same songs and appears in the same tables, below
the baselines. metrics.py defines the figures, report.py prints them.
"""

import argparse
import shlex
import shutil
import sys

import numpy as np
import torch

from baselines import baselines
from conditions import AS_IT_IS, CONDITIONS
from metrics import figures, usdr
from readers import find_songs
from report import (COMPARED, METRICS, by_name, comparison, differences, robustness, song_by_song,
                    under_conditions, write_json)
# network_separator: train.py scores as it goes.
from separators import SETTINGS, network_separator, open_network, program_separator
from songs import read_song, readable, references_of


def evaluate(songs, separate, measure=usdr, heard=AS_IT_IS):
    """{song: {stem: path}} -> {song: what `measure` finds}."""
    results = {}
    for song, paths in songs.items():
        references = references_of(heard(read_song(paths)))
        results[song] = measure(references, separate(references, heard.rate))
    return results


def mean_by_stem(results, names):
    return {n: np.mean([r[n] for r in results.values() if n in r]) for n in names
            if any(n in r for r in results.values())}


def program(path):
    if not shutil.which(shlex.split(path)[0]):
        sys.exit(f"No program {path}. `make` builds build/unbraid.")
    return program_separator(path)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", help="folder of SONG/STEM.* (MUSDB18-HQ: its test folder)")
    # In the order given, whichever they are: the first is what the others are compared with.
    for option, metavar, opened, text in (
            ("--model", "FILE", open_network, "model files or checkpoint.pt, run by PyTorch"),
            ("--unbraid", "PROGRAM", program, "unbraid programs, with options if in quotes ('unbraid --quality live')")):
        parser.add_argument(option, metavar=metavar, nargs="+", action="extend", default=[],
                            dest="candidates", help=text,
                            type=lambda path, opened=opened: (path, opened(path)))
    parser.add_argument("--set", metavar="CONTROL=VALUE", nargs="+", action="extend", default=[],
                        help="controls of the plugin, for networks too: sharpness, spatial, floor")
    parser.add_argument("--conditions", action="store_true",
                        help="also at other levels and sample rates, and as mono")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    parser.add_argument("--page", metavar="FOLDER",
                        help="draw spectrograms of every song, by the first model or program")
    args = parser.parse_args()
    if (args.page or args.conditions) and not args.candidates:
        parser.error("--page and --conditions need a --model or an --unbraid")
    return args


def main():
    args = parse()
    torch.set_num_threads(1)
    SETTINGS.update((symbol, float(value)) for symbol, value in
                    (setting.split("=") for setting in args.set))
    if args.page:
        # Here, so that only a page needs matplotlib, and its absence is known at once.
        from page import write_page
    songs = readable(find_songs(args.songs))
    candidates = dict(args.candidates)
    separators = {**baselines(), **candidates}

    results = {}
    for name, separate in separators.items():
        print(f"{name} ...", file=sys.stderr)
        results[name] = evaluate(songs, separate, figures)
    heard = {name: {} for name in candidates} if args.conditions else {}
    for name in heard:
        for condition, change in CONDITIONS.items():
            print(f"{name}, {condition} ...", file=sys.stderr)
            heard[name][condition] = evaluate(songs, candidates[name], usdr, change)

    for name in candidates:
        print(*song_by_song(name, results[name]), sep="\n")
    for metric in COMPARED:
        print(*comparison(metric, results), sep="\n")
        print(*differences(metric, results, list(candidates)), sep="\n")
    for name in heard:
        print(*robustness(name, results[name], heard[name]), sep="\n")
    if args.json:
        write_json(args.json, {
            name: {"songs": results[name],
                   "summary": {metric: by_name(results[name], metric) for metric in METRICS},
                   "conditions": under_conditions(results[name], heard.get(name, {}))}
            for name in separators})
    if args.page:
        first = args.candidates[0][0]
        write_page(args.page, songs, first, candidates[first], results)


if __name__ == "__main__":
    main()
