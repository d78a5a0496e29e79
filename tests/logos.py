"""Which decoders read codes with a logo: contents of several lengths, sizes of the logo, logos and patterns, drawn by the built binary.

`logos.py PAYLOADS` shows that many texts of each kind, prints the table of docs/scanning.md, and fails where a promise of it is broken.
"""

import collections
import itertools
import math
import multiprocessing
import os
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import cv2
from PIL import Image

import decoders
from studio import run

# Bytes that the symbol of a version holds at level H; with a logo the service may take a larger one.
BYTES = {1: 7, 2: 14, 3: 24, 7: 64, 15: 220, 25: 535}
RATIOS = ("0.10", "0.24", "0.30", "0.40")
LOGOS = ("black", "white", "red", "photo")
PATTERNS = ("squares", "rounded", "dot", "liquid", "hexagon")
READERS = {"ZXing-C++": decoders.zxing, "WeChat": decoders.wechat, "ZBar": decoders.zbar}
# Each decoder has scales at which it loses a code that it reads at others: any of them counts, as for styles.
RESOLUTIONS = ("200", "150", "260")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_?=&"


class Code(NamedTuple):
    version: int
    ratio: str
    logo: str
    pattern: str
    number: int

    def text(self) -> str:
        """A text of its own, which needs that version at level H without a logo."""
        dice = random.Random(repr(self))
        longest, shorter = BYTES[self.version], max((size for size in BYTES.values() if size < BYTES[self.version]), default=0)
        return "".join(dice.choices(LETTERS, k=dice.randint(shorter + 1, longest)))

    def clear_zone(self) -> str:
        """Every other code shows its modules right up to the logo."""
        return random.Random(f"zone of {self!r}").choice(("true", "false"))

    def __str__(self) -> str:
        return f"{self.pattern} {self.logo} {self.ratio}, clear zone {self.clear_zone()}, version {self.version}, {self.text()!r}"


class Reading(NamedTuple):
    code: Code
    # By decoder, or why the service drew nothing.
    read: dict[str, bool]
    refusal: str


def draw_logos(folder: Path) -> None:
    for name in ("black", "white", "red"):
        Image.new("RGB", (64, 64), name).save(folder / f"{name}.png")
    photo = Image.new("RGB", (256, 256))
    wave = lambda x, y, size: int(127 + 127 * math.sin(x / size) * math.cos(y / size))
    photo.putdata([(wave(x, y, 9), wave(y, x, 14), wave(x + y, y, 23)) for y in range(256) for x in range(256)])
    photo.save(folder / "photo.jpg", quality=85)


def codes(payloads: int) -> list[Code]:
    return [Code(*kind) for kind in itertools.product(BYTES, RATIOS, LOGOS, PATTERNS, range(payloads))]


def read_all(wanted: list[Code]) -> list[Reading]:
    """Draws codes and shows them to all decoders, on every core."""
    with tempfile.TemporaryDirectory() as folder:
        draw_logos(Path(folder))
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            return pool.starmap(read_code, [(Path(folder), code) for code in wanted], chunksize=16)


def read_code(folder: Path, code: Code) -> Reading:
    cv2.setNumThreads(1)
    logo = next(folder.glob(f"{code.logo}.*"))
    read = dict.fromkeys(READERS, False)
    for dpi in RESOLUTIONS:
        done = run(
            "render", "--data-type", "text", f"--data={code.text()}", "--background", "white", "--pattern", code.pattern,
            "--logo-file", str(logo), "--logo-size-ratio", code.ratio, "--logo-clear-zone", code.clear_zone(),
            "--size-inches", "4", "--dpi", dpi, "--format", "png",
        )
        if done.returncode != 0:
            return Reading(code, {}, done.stderr.decode().strip())
        picture = decoders.greys(done.stdout)
        read |= {reader: code.text() in READERS[reader](picture) for reader in READERS if not read[reader]}
        if all(read.values()):
            break
    return Reading(code, read, "")


def broken(readings: list[Reading]) -> list[str]:
    """What was promised to be read, and was not; and refusals that do not say what works."""
    failures = [f"{reader}: {one.code}" for one in readings for reader in ("ZXing-C++", "WeChat") if one.read and not one.read[reader]]
    drawn = [one for one in readings if one.read]
    read = sum(one.read["ZBar"] for one in drawn)
    if read < 0.99 * len(drawn):
        failures.append(f"ZBar: {read} of {len(drawn)}")
    refused = [one for one in readings if one.refusal]
    failures += [f"{one.code}: {one.refusal}" for one in refused if not re.search(r"at most 0\.\d\d works", one.refusal)]
    return failures


def table(readings: list[Reading]) -> str:
    lines = ["| logo's side | codes | refused | " + " | ".join(READERS) + " |", "| ---: |" + " ---: |" * (2 + len(READERS))]
    groups = collections.defaultdict(list)
    for one in readings:
        groups[one.code.ratio].append(one)
    for ratio, some in groups.items():
        drawn = [one for one in some if one.read]
        shares = [f"{sum(one.read[reader] for one in drawn) / max(len(drawn), 1):.2%}" for reader in READERS]
        lines.append(f"| {ratio} | {len(some)} | {len(some) - len(drawn)} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def main(payloads: int) -> None:
    readings = read_all(codes(payloads))
    print(table(readings))
    missed = collections.Counter((one.code.pattern, one.code.logo, one.code.ratio, one.code.version) for one in readings if one.read and not one.read["ZBar"])
    print("ZBar missed:", missed.most_common(20))
    if failures := broken(readings):
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
