"""SVG files that want more than a picture may take, or that break the rasterizer: refused, and nobody else notices."""

import os
import subprocess

import pytest
import requests

from studio import BINARY, clean_environment, run

MIB = 1024 * 1024
CIRCLE = '<circle cx="{0}" cy="9" r="{1}" stroke="red" stroke-width="{2}"/>'
ARCS = "M0 0" + "A1e6 1e6 0 1 1 99 99 A1e6 1e6 0 1 1 0 0" * 4000

# What is drawn, and what is said of it where it is refused.
DRAWINGS = {
    "an arc that the rasterizer dies of": '<path d="M0 0A1e9 1e9 0 1 1 99 99" fill="red"/>',
    "a larger one": '<path d="M0 0A1e11 1e11 0 1 1 99 99" fill="red"/>',
    "a stroke of gigabytes": CIRCLE.format("1e9", "3.3333e7", "3.3333e7"),
    "arcs by thousands": f'<path d="{ARCS}" stroke="red"/>',
    "wide strokes": CIRCLE.format("0", "1e-3", "1e7") * 900,
    "a wide and long line": '<polyline stroke-linejoin="round" stroke-linecap="round" fill="none" stroke="red" stroke-width="40" points="'
                            + " ".join(f"{x % 97},{x % 89}" for x in range(38_000)) + '"/>',
    "declarations": f'<rect width="9" height="9" style="{"fill:red;" * 25_000}"/>',
    "blurs": '<rect width="99" height="99" filter="' + "blur(50)" * 20 + '"/>',
}


def document(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{inside}</svg>'.encode()


@pytest.mark.parametrize("what", DRAWINGS)
@pytest.mark.parametrize("size", [("2", "300"), ("15", "600")])
def test_a_drawing_takes_two_seconds_and_96_mib_at_most(what, size, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_bytes(document(DRAWINGS[what]))
    command = [BINARY, "render", "https://example.com", "--size-inches", size[0], "--dpi", size[1], "--format", "png"]
    used = {}
    for name, more in {"without": [], "with": ["--logo-file", logo]}.items():
        child = subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=clean_environment())
        told = child.stderr.read().decode()
        _, status, used[name] = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    # Drawn after all, or refused with what to do.
    assert child.returncode == 0 or (child.returncode == 2 and "error: --logo-file: Not a readable image: " in told), told
    assert "panicked" not in told
    assert used["with"].ru_utime - used["without"].ru_utime < 3
    # Of the program itself, to which the drawing adds 96 MiB.
    assert used["with"].ru_maxrss * 1024 < used["without"].ru_maxrss * 1024 + 96 * MIB


@pytest.mark.parametrize("levels", range(1, 9))
def test_layers_that_fill_the_room_are_drawn(levels, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_bytes(document('<g opacity=".9">' * levels + '<rect width="99" height="99" fill="red"/>' * 40 + "</g>" * levels))
    done = run("render", "https://example.com", "--size-inches", "15", "--dpi", "600", "--logo-size-ratio", "0.3", "--logo-file", str(logo), "--format", "png")
    assert done.returncode == 0, done.stderr


def test_a_server_outlives_them(studio, key):
    for what, inside in DRAWINGS.items():
        for size in ({"size_inches": 2}, {"size_inches": 4}):
            answer = requests.post(
                f"{studio.url}/api/v1/validate/", data={"data": "https://example.com"} | size, files={"logo_file": document(inside)},
                headers={"X-Api-Key": key}, timeout=60,
            )
            assert answer.status_code in (200, 400), (what, answer.text)
            assert answer.status_code == 200 or answer.json()["logo_file"].startswith("Not a readable image: "), answer.text
    assert requests.get(f"{studio.url}/api/health/", timeout=30).status_code == 200
    assert "panicked" not in studio.log_text()


def test_the_drawer_says_nothing_to_whom_it_does_not_know():
    done = subprocess.run([BINARY, "draw-one-svg"], input=b"x", capture_output=True, env=clean_environment(), timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")
