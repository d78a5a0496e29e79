"""Exact on paper: pixels, print resolution and inches of every picture, and PNG equal to SVG."""

import io
import subprocess
import sys
import xml.etree.ElementTree as xml

import numpy
import pytest
from PIL import Image

import decoders
from studio import BINARY

SIZES = [(0.5, 72, 36), (2, 300, 600), (3.337, 299, 998), (4, 300, 1200), (2.5, 301, 753), (15, 600, 9000)]


@pytest.mark.parametrize("inches, dpi, pixels", SIZES)
def test_png_has_the_pixels_and_the_resolution(studio, key, inches, dpi, pixels):
    answer = studio.generate(key, data="SIZE", data_type="text", size_inches=inches, dpi=dpi)
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    assert image.size == (pixels, pixels)
    # pHYs holds whole pixels a metre.
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.0254)


@pytest.mark.parametrize("inches, dpi, pixels", SIZES[:5])
def test_svg_has_the_inches_and_the_same_grid(studio, key, inches, dpi, pixels):
    request = {"data": "SIZE", "data_type": "text", "size_inches": inches, "dpi": dpi, "background": "white",
               "pattern": "squares"}
    svg = studio.generate(key, format="svg", **request).content
    root = xml.fromstring(svg)
    assert float(root.get("width").removesuffix("in")) == pytest.approx(inches)
    assert root.get("width") == root.get("height")
    assert root.get("viewBox") == f"0 0 {pixels} {pixels}"
    png = studio.generate(key, **request).content
    drawn = numpy.array(decoders.flatten(decoders.rsvg(svg, pixels)))
    assert (drawn == numpy.array(decoders.flatten(png))).all()


def test_quiet_zone_is_as_asked_and_the_rest_widens_it(studio, key):
    for modules in (0, 4, 16):
        answer = studio.generate(key, data="SIZE", data_type="text", size_inches=2, quiet_zone=modules)
        pixels = numpy.array(decoders.flatten(answer.content)) < 128
        rows = numpy.flatnonzero(pixels.any(axis=1))
        module = 600 // (21 + 2 * modules)
        assert rows[-1] - rows[0] + 1 == 21 * module
        assert rows[0] == (600 - 21 * module) // 2


def test_the_same_request_gives_the_same_bytes(studio, key):
    request = {"data": "https://example.com", "size_inches": 4, "color": "#102030"}
    first, second = (studio.generate(key, **request) for _ in range(2))
    assert first.content == second.content
    assert first.headers["ETag"] == second.headers["ETag"]


RICH = ["--pattern", "liquid", "--gradient-from", "#0b3d91", "--gradient-to", "#c2185b", "--eye-shape", "circle", "--eye-outer-frame"]


@pytest.mark.parametrize("style", [["--pattern", "squares"], [], RICH], ids=["squares", "rounded", "gradient"])
def test_the_largest_picture_takes_little_memory(style, tmp_path):
    def peak_kib(inches, dpi):
        command = [BINARY, "render", "https://example.com/menu", *style, "--size-inches", inches, "--dpi", dpi, "-o", tmp_path / "code.png"]
        measured = subprocess.run(
            [sys.executable, "-c", MEASURE, *map(str, command)], check=True, capture_output=True, text=True
        )
        return int(measured.stdout)

    # Beside the same program with next to nothing to draw.
    assert peak_kib("15", "600") - peak_kib("0.5", "72") < 16 * 1024


# Linux counts the largest child in KiB.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
