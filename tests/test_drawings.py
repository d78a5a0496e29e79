"""Is the SVG the same drawing as the PNG, whoever draws it? librsvg, Cairo and Chromium agree with our pixels, but along edges."""

import io

import cairosvg
import cv2
import numpy
import pytest
from PIL import Image

import decoders
from browser import Browser
from studio import run

MODULE_PX = 12
# Version 3 with its quiet zone.
SIDE = (29 + 2 * 4) * MODULE_PX

# Every pattern, border and centre, each with the outer frame, in one colour, in three, and in a gradient.
PATTERNS = ["squares", "rounded", "dot", "diamond", "liquid", "connected-h", "connected-v", "hexagon", "star", "frame", "halftone"]
BORDERS = ["square", "rounded", "circle", "leaf-tl", "leaf-tr", "leaf-br", "leaf-bl", "frame"]
CENTERS = ["square", "rounded", "circle", "leaf-tl", "sunburst", "star", "diamond", "cross"]
PAINTS = [
    [],
    ["--eye-border-color", "#7A1020", "--eye-center-color", "#0B4F3F", "--eye-outer-frame-match"],
    ["--gradient-from", "#0B3D91", "--gradient-to", "#7A1FA2", "--background", "#FFF8E7"],
]
STYLES = [(pattern, BORDERS[at % 8], CENTERS[(at + at // 8) % 8], PAINTS[at % 3]) for at, pattern in enumerate(PATTERNS * 2)]


def pixels(png: bytes) -> numpy.ndarray:
    """Red, green and blue on white paper."""
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    return numpy.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))


def draw(style: tuple, format: str) -> bytes:
    pattern, border, center, paint = style
    shapes = ["--pattern", pattern, "--eye-border-shape", border, "--eye-center-shape", center, "--eye-outer-frame"]
    size = ["--error-correction", "M", "--size-inches", str(SIDE / 100), "--dpi", "100", "--format", format]
    done = run("render", "https://example.com/spring-menu?table=12", *size, *shapes, *paint)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def drawings() -> list[tuple[str, numpy.ndarray, bytes]]:
    return [(" ".join(style[:3]), pixels(draw(style, "png")), draw(style, "svg")) for style in STYLES]


def by_chromium(svgs: list[bytes], directory) -> list[numpy.ndarray]:
    """All on one sheet: a browser starts slowly."""
    images = []
    for at, svg in enumerate(svgs):
        (directory / f"{at}.svg").write_bytes(svg)
        images.append(f'<img src="{at}.svg" style="position: absolute; left: 0; top: {at * SIDE}px; width: {SIDE}px">')
    (directory / "sheet.html").write_text(f'<!doctype html><body style="margin: 0">{"".join(images)}')
    with Browser(directory / "profile", width=SIDE, height=len(svgs) * SIDE) as browser:
        browser.open(f"file://{directory}/sheet.html")
        browser.screenshot(directory / "sheet.png")
    sheet = pixels((directory / "sheet.png").read_bytes())
    assert sheet.shape == (len(svgs) * SIDE, SIDE, 3)
    return numpy.split(sheet, len(svgs))


def apart(one: numpy.ndarray, other: numpy.ndarray) -> numpy.ndarray:
    """By how much each pixel differs, in the channel that differs most."""
    return abs(one.astype(int) - other).max(axis=2)


def assert_same(name: str, ours: numpy.ndarray, theirs: numpy.ndarray) -> None:
    assert ours.shape == theirs.shape, name
    square = numpy.ones((3, 3), numpy.uint8)
    is_inside = apart(cv2.dilate(ours, square), cv2.erode(ours, square)) < 16
    differs = apart(ours, theirs)
    assert differs[is_inside].max() <= 4, f"{name}: {numpy.argwhere(is_inside & (differs > 4))[:3]} differ away from any edge"
    # Rasterisers round the area that an edge leaves of a pixel each in their way.
    assert (differs > 80).mean() < 0.001, f"{name}: {(differs > 80).mean():.3%} differ much along edges"


def test_librsvg_draws_our_pixels(drawings):
    for name, ours, svg in drawings:
        assert_same(name, ours, pixels(decoders.rsvg(svg, SIDE)))


def test_cairosvg_draws_our_pixels(drawings):
    for name, ours, svg in drawings:
        assert_same(name, ours, pixels(cairosvg.svg2png(svg, output_width=SIDE, output_height=SIDE)))


def test_a_browser_draws_our_pixels(drawings, tmp_path):
    sheet = by_chromium([svg for _, _, svg in drawings], tmp_path)
    for (name, ours, _), theirs in zip(drawings, sheet):
        assert_same(name, ours, theirs)
