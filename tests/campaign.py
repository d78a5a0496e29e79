"""Which decoders read which of the 704 designs: every pattern, border and centre, each with a text, a version and colours of its own.

`campaign.py ROUNDS` reads that many rounds, prints the tables of docs/scanning.md, and fails where a promise of theirs is broken.
"""

import collections
import multiprocessing
import os
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import cv2

import decoders

ROOT = Path(__file__).resolve().parent.parent
MODULE_PX = (6, 8, 10)
READERS = {"ZXing-C++": decoders.zxing, "WeChat": decoders.wechat, "ZBar": decoders.zbar, "OpenCV": decoders.opencv}
ROUND_CORNERS = {"circle", "leaf-tl", "leaf-tr", "leaf-br", "leaf-bl"}


class Reading(NamedTuple):
    """One design in one round, and by which decoder it was read at which pixels a module."""

    pattern: str
    border: str
    center: str
    read: dict[str, tuple[bool, ...]]

    def __str__(self) -> str:
        return f"{self.pattern} {self.border} {self.center}"

    def by(self, reader: str) -> bool:
        return any(self.read[reader])


def read_round(number: int) -> list[Reading]:
    """Draws a round and shows it to all decoders, on every core."""
    with tempfile.TemporaryDirectory() as folder:
        draw = ["cargo", "run", "--quiet", "--locked", "-p", "qr-print", "--example", "styles", "--", folder, str(number)]
        subprocess.run(draw, cwd=ROOT, check=True)
        lines = Path(folder, "texts.tsv").read_text().splitlines()
        designs = [(folder, *line.split("\t")) for line in lines]
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            return pool.starmap(read_design, designs, chunksize=16)


def read_design(folder: str, name: str, text: str) -> Reading:
    cv2.setNumThreads(1)
    files = [Path(folder, f"{name}.{module_px}.png") for module_px in MODULE_PX]
    pictures = [decoders.greys(file.read_bytes()) for file in files]
    read = {reader: tuple(text in find(picture) for picture in pictures) for reader, find in READERS.items()}
    return Reading(*name.split("."), read)


def broken(readings: list[Reading]) -> list[str]:
    """What was promised to be read, and was not."""
    near_square = [reading for reading in readings if reading.border not in ROUND_CORNERS]
    promises = [("ZXing-C++", readings), ("WeChat", readings), ("ZBar", near_square)]
    failures = [f"{reader}: {reading}" for reader, some in promises for reading in some if not reading.by(reader)]
    square = [reading for reading in readings if reading.border == "square"]
    if (share := share_read(square, "OpenCV")) < 0.97:
        failures.append(f"OpenCV: {share:.1%} of square borders")
    return failures


def share_read(readings: list[Reading], reader: str) -> float:
    return sum(reading.by(reader) for reading in readings) / len(readings)


def tables(readings: list[Reading]) -> str:
    """In Markdown, by each decoder how much of what was read."""
    parts = [table("px per module", [(str(px), [sees(reading, at) for reading in readings]) for at, px in enumerate(MODULE_PX)])]
    for field in ("border", "center", "pattern"):
        groups = collections.defaultdict(list)
        for reading in readings:
            groups[getattr(reading, field)].append({reader: reading.by(reader) for reader in READERS})
        parts.append(table(field, list(groups.items())))
    return "\n\n".join(parts)


def sees(reading: Reading, at: int) -> dict[str, bool]:
    return {reader: sizes[at] for reader, sizes in reading.read.items()}


def table(title: str, groups: list[tuple[str, list[dict[str, bool]]]]) -> str:
    lines = [f"| {title} | " + " | ".join(READERS) + " |", "| --- |" + " ---: |" * len(READERS)]
    for name, seen in groups:
        counts = (sum(read[reader] for read in seen) for reader in READERS)
        cells = ("all" if count == len(seen) else f"{100 * count / len(seen):.1f} %" for count in counts)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def versions() -> str:
    zbar = ".".join(map(str, decoders.zbar_version()))
    packages = ("zxing-cpp", "opencv-contrib-python-headless")
    return ", ".join([*(f"{name} {metadata.version(name)}" for name in packages), f"ZBar {zbar}"])


def main(rounds: int) -> None:
    readings = [reading for number in range(1, rounds + 1) for reading in read_round(number)]
    print(f"{len(readings)} designs, {versions()}\n\n{tables(readings)}\n")
    missed = collections.Counter(str(reading) for reading in readings if not reading.by("ZBar"))
    print("ZBar missed: " + ", ".join(f"{design} ({count})" for design, count in missed.most_common()))
    if failures := broken(readings):
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
