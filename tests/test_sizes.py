"""Exact on paper: pixels, print resolution and inches of every picture, and PNG equal to SVG."""

import io
import re
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy
import pytest
from PIL import Image

import decoders
from studio import Studio

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


RICH = {"pattern": "liquid", "gradient_from": "#0b3d91", "gradient_to": "#c2185b", "eye_shape": "circle", "eye_outer_frame": True}


@pytest.mark.parametrize("style", [{"pattern": "squares"}, {}, RICH], ids=["squares", "rounded", "gradient"])
def test_the_largest_picture_takes_little_memory(style, tmp_path):
    studio = Studio(tmp_path).start()
    key = studio.new_key()
    assert studio.generate(key, data="SIZE", data_type="text", size_inches=0.5, dpi=72).status_code == 200
    process = Path(f"/proc/{studio.process.pid}")

    def kib(name: str) -> int:
        return int(re.search(rf"{name}:\s+(\d+) kB", (process / "status").read_text())[1])

    # Forgets the peak of the start.
    (process / "clear_refs").write_text("5")
    idle = kib("VmRSS")
    answer = studio.generate(key, data="https://example.com/menu", size_inches=15, dpi=600, **style)
    peak = kib("VmHWM")
    assert studio.stop() == 0
    assert Image.open(io.BytesIO(answer.content)).size == (9000, 9000)
    assert peak - idle < 16 * 1024, f"{peak} KiB, {idle} when idle"
