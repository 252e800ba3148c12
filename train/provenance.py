"""Source and licence of the material.

An item of a cache has them in its item.json. licences.tsv has them for older items
without this file and for the sets that README.md names.
"""

import csv
import functools
import glob
import json
import os
import re
from fnmatch import fnmatch

import numpy as np

from studio import RATE

TABLE = os.path.join(os.path.dirname(__file__), "licences.tsv")
FREE = re.compile(r"(cc0|cc by(?! (sa|nc|nd))|mit|bsd|isc|public domain)\b")


def is_free(licence):
    """CC0, CC BY, MIT, BSD, ISC or public domain; of several joined by " + ", all."""
    parts = [re.sub(r"[-_\s]+", " ", part.strip().lower()) for part in licence.split(" + ")]
    return all(FREE.match(part) for part in parts)


@functools.lru_cache
def table(path):
    """[(pattern of SET/ITEM, source, licence)]"""
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        rows = csv.reader((line for line in f if not line.startswith("#")), delimiter="\t")
        return [tuple(row[:3]) for row in rows if len(row) >= 3]


def look_up(name, path=TABLE):
    """(source, licence) of SET/ITEM, or of anything a table names; None if it does not."""
    return next((row[1:] for row in table(path) if fnmatch(name, row[0])), None)


def describe(source, licence, rate=RATE):
    return {"source": source, "licence": licence, "free": is_free(licence), "rate": rate}


def variant(item, number):
    """What prepare.py vary calls a treated copy."""
    return f"{item}~{number}"


def original(item):
    """The item that this one is a treated copy of, or itself."""
    return item.split("~")[0]


def about(folder):
    """The item.json of an item's folder, or what stands for it."""
    path = os.path.join(folder, "item.json")
    if os.path.exists(path):
        with open(path) as f:
            return json.load(f)
    name = "/".join(os.path.normpath(folder).split(os.sep)[-2:])
    return describe(*(look_up(name) or ("unknown", "unstated")))


def manifest(cache):
    """[(source, licence, free, {stem: minutes})], the largest first."""
    found = {}
    for path in sorted(glob.glob(os.path.join(cache, "*", "*", "*.npy"))):
        folder, stem = os.path.dirname(path), os.path.basename(path)[:-4]
        if folder.endswith(".part"):
            continue
        item = about(folder)
        minutes = found.setdefault((item["source"], item["licence"], item["free"]), {})
        samples = np.load(path, mmap_mode="r").shape[0]
        minutes[stem] = minutes.get(stem, 0) + samples / RATE / 60
    return sorted(((*key, minutes) for key, minutes in found.items()),
                  key=lambda row: -sum(row[3].values()))


def write_manifest(cache, stems):
    """Prints the manifest and keeps it as CACHE/manifest.tsv."""
    lines = ["\t".join(("source", "licence", "free", *stems))]
    rows = manifest(cache)
    total = {stem: sum(row[3].get(stem, 0) for row in rows) for stem in stems}
    for source, licence, free, minutes in [*rows, ("all", "", "", total)]:
        free = free if free == "" else ("no", "yes")[free]
        lines.append("\t".join((source, licence, free,
                                *(f"{minutes.get(stem, 0):.1f}" for stem in stems))))
    with open(os.path.join(cache, "manifest.tsv"), "w") as f:
        f.write("\n".join(lines) + "\n")
    print("\n".join(lines))
