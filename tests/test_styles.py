"""Every style over HTTP: read by a decoder that is not ours, painted where and as it was asked for, the same from the shell."""

import io
import itertools

import numpy
import pytest
from PIL import Image

import decoders
from studio import run

DATA = "https://example.com/spring-menu?table=12"
PATTERNS = ["squares", "rounded", "dot", "diamond", "liquid", "connected-h", "connected-v", "hexagon", "star", "frame", "halftone"]
BORDERS = ["square", "rounded", "circle", "leaf-tl", "leaf-tr", "leaf-br", "leaf-bl", "frame"]
CENTERS = ["square", "rounded", "circle", "leaf-tl", "sunburst", "star", "diamond", "cross"]

LOOKS = (
    [{"pattern": pattern} for pattern in PATTERNS]
    + [{"eye_border_shape": border} for border in BORDERS]
    + [{"eye_center_shape": center} for center in CENTERS]
    + [{"eye_shape": shape} for shape in ("square", "rounded", "circle", "frame")]
    + [
        {"gradient_from": "#0B3D91", "gradient_to": "#7A1FA2", "background": "white"},
        {"gradient_from": "#0B3D91", "gradient_to": "#7A1FA2", "pattern": "liquid", "eye_color": "#16181D"},
        {"pattern": "dot", "eye_shape": "rounded", "eye_color": "#7A1020", "color": "#16181D", "background": "#FFF8E7"},
        {"eye_border_color": "#0B4F3F", "eye_center_color": "#6B1030", "eye_border_shape": "leaf-br"},
        {"eye_outer_frame": True},
        {"eye_outer_frame": True, "eye_outer_frame_match": True, "eye_border_color": "#0B4F3F", "eye_shape": "circle"},
    ]
)


def words(look: dict) -> str:
    return " ".join(str(value) for value in look.values())


def options(look: dict) -> list[str]:
    """The same look at the shell."""
    given = []
    for field, value in look.items():
        given += [f"--{field.replace('_', '-')}"] + ([] if value is True else [value])
    return given


def pixels(answer) -> numpy.ndarray:
    """The picture's colours on white paper, as rows of (r, g, b)."""
    image = Image.open(io.BytesIO(answer.content)).convert("RGBA")
    return numpy.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")).astype(int)


def near(pixel, color: str) -> bool:
    wanted = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    return max(abs(int(have) - want) for have, want in zip(pixel, wanted)) <= 2


@pytest.fixture
def draw(studio, key):
    """One code of 29 × 29 modules at 20 pixels each, unless told otherwise."""

    def draw(module_px=20, **fields):
        sizes = {"size_inches": 37 * module_px / 100, "dpi": 100, "error_correction": "M"}
        answer = studio.generate(key, **({"data": DATA} | sizes | fields))
        assert answer.status_code == 200, answer.text
        assert "X-QR-Ignored-Fields" not in answer.headers
        return answer

    return draw


@pytest.mark.parametrize("look", LOOKS, ids=words)
def test_a_decoder_reads_it_and_the_shell_draws_the_same(draw, look):
    read = {"png": [], "svg": []}
    for format, module_px in itertools.product(read, (6, 8, 10)):
        answer = draw(module_px, format=format, **look)
        read[format] += decoders.zxing(answer.content if format == "png" else decoders.rsvg(answer.content))
        same = ["--format", format, "--size-inches", str(37 * module_px / 100), "--dpi", "100", "--error-correction", "M"]
        done = run("render", DATA, *same, *options(look))
        assert (done.returncode, done.stdout) == (0, answer.content), done.stderr.decode()
    # Each reader has scales at which it loses a picture that it reads at others.
    assert set(read["png"]) == set(read["svg"]) == {DATA}


def test_every_look_is_another_picture(draw):
    """What is asked for is drawn, but for the words that mean what is there anyway."""
    anyway = [{"pattern": "rounded"}, {"eye_border_shape": "square"}, {"eye_center_shape": "square"}, {"eye_shape": "square"}]
    frame = {"eye_shape": "frame"}
    different = [look for look in LOOKS if look not in [*anyway, frame]]
    pictures = {draw(**look).content for look in different}
    assert len(pictures) == len(different)
    assert {draw(**look).content for look in anyway} == {draw().content}
    assert draw().content not in pictures
    assert draw(**frame).content == draw(eye_border_shape="frame", eye_center_shape="square").content


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_smallest_and_the_largest_picture_of_a_pattern(draw, pattern):
    # One pixel a module is a size, if not a good one.
    small = draw(pattern=pattern, data="HI", data_type="text", size_inches=0.5, dpi=72)
    assert Image.open(io.BytesIO(small.content)).size == (36, 36)
    large = draw(pattern=pattern, size_inches=15, dpi=600)
    image = Image.open(io.BytesIO(large.content))
    assert image.size == (9000, 9000)
    read = []
    for factor in (24, 30, 40):
        buffer = io.BytesIO()
        image.convert("RGBA").reduce(factor).save(buffer, "PNG")
        read += decoders.zxing(buffer.getvalue())
    assert set(read) == {DATA}


def test_a_gradient_runs_from_top_to_bottom(draw):
    picture = pixels(draw(pattern="squares", gradient_from="#0B3D91", gradient_to="#7A1FA2"))
    left = picture[80:660, 85]
    assert near(left[0], "#0B3D91") and near(left[-1], "#7A1FA2")
    dark = left[(left.sum(axis=1) < 600)]
    assert (numpy.diff(dark[:, 0]) >= 0).all(), "red only grows on the way"
    assert (picture[85, 80:220] == picture[85, 85]).all(), "a row has one colour"


def test_finder_patterns_have_colours_of_their_own(draw):
    picture = pixels(draw(color="#16181D", eye_color="#0B4F3F", eye_center_color="#6B1030"))
    for x, y in ((80, 80), (80 + 22 * 20, 80), (80, 80 + 22 * 20)):
        assert near(picture[y + 10, x + 10], "#0B4F3F")
        assert near(picture[y + 70, x + 70], "#6B1030")
    # The modules between two of them are the timing pattern.
    timing = picture[80 + 6 * 20 + 10, 80 + 8 * 20 + 10]
    assert near(timing, "#16181D")


def test_an_outer_frame_stands_in_the_quiet_zone(draw):
    plain = pixels(draw(eye_border_color="#0B4F3F"))
    for look, color in (({}, "#000000"), ({"eye_outer_frame_match": True}, "#0B4F3F")):
        framed = pixels(draw(eye_border_color="#0B4F3F", eye_outer_frame=True, **look))
        # Half a module wide, one module away, beside the upper left finder pattern.
        assert near(framed[80 + 70, 80 - 25], color) and near(framed[80 - 25, 80 + 70], color)
        changed = (framed != plain).any(axis=2)
        assert changed.any() and not changed[80:660, 80:660].any(), "nothing changes in the symbol"
    narrow = draw(eye_outer_frame=True, quiet_zone=1)
    assert narrow.headers["X-QR-Warning"] == "quiet_zone, outer_frame_left_out"
    assert narrow.content == draw(quiet_zone=1).content


def test_what_is_said_of_a_part_of_the_eye_wins_over_what_is_said_of_both(draw):
    both = {"eye_shape": "circle", "eye_color": "#0B4F3F"}
    parts = {"eye_border_shape": "frame", "eye_center_shape": "star", "eye_border_color": "black", "eye_center_color": "#6B1030"}
    assert draw(**both, **parts).content == draw(**parts).content
    # A frame of another colour that is not asked for is none.
    assert draw(eye_outer_frame_match=True).content == draw().content
    none = draw(eye_outer_frame=True, quiet_zone=0)
    assert (none.content, none.headers["X-QR-Warning"]) == (draw(quiet_zone=0).content, "quiet_zone, outer_frame_left_out")


def test_halftone_asks_for_the_highest_error_correction(draw):
    for pattern, asked, level in (("dot", "auto", "M"), ("halftone", "auto", "H"), ("halftone", "L", "L")):
        assert draw(pattern=pattern, error_correction=asked).headers["X-QR-EC-Level"] == level


@pytest.mark.parametrize("look", LOOKS[: len(PATTERNS)] + [{"eye_shape": "circle"}, {"eye_border_shape": "leaf-tl"}], ids=words)
def test_svg_and_png_differ_along_edges_only(draw, look):
    png, svg = (draw(format=format, background="white", **look).content for format in ("png", "svg"))
    one, other = (numpy.array(decoders.flatten(picture)).astype(int) for picture in (png, decoders.rsvg(svg, 740)))
    differs = abs(one - other) > 64
    assert differs.mean() < 0.002
    # A pixel that differs lies on an edge: its surroundings are neither all dark nor all light.
    for y, x in zip(*numpy.nonzero(differs)):
        around = one[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        assert around.min() < 128 <= around.max() or 0 < one[y, x] < 255, (x, y)
