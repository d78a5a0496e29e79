"""Logos and backgrounds: codes that carry them are read, pictures come from where they may, and memory stays small."""

import http.server
import io
import threading
from pathlib import Path

import pytest
import requests
from PIL import Image

import decoders
import logos
from studio import Studio, run

MIB = 1024 * 1024


def test_codes_with_logos_are_read_or_refused_with_the_ratio_that_works():
    readings = logos.read_all(logos.codes(1))
    assert len(readings) == 6 * 4 * 4 * 5
    assert logos.broken(readings) == []


def png(color, size=(64, 64)) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", size, color).save(file, "PNG")
    return file.getvalue()


class Pictures(http.server.BaseHTTPRequestHandler):
    """A web server with a logo, a way inside, and a page."""

    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            return
        body = png("red")
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def pictures():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    Pictures.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_the_network_inside_is_reached_only_where_the_operator_allows_it(studio, key, pictures, tmp_path):
    logo = {"data": "https://example.com", "size_inches": 1, "logo_url": f"{pictures}/logo.png"}
    refused = studio.generate(key, **logo)
    text = "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"
    assert (refused.status_code, refused.json()) == (400, {"logo_url": text})
    named = studio.generate(key, **logo | {"logo_url": pictures.replace("127.0.0.1", "localhost")})
    assert named.json()["logo_url"].startswith("refusing to fetch localhost: resolves to private/internal IP ")
    assert Pictures.asked == []
    open_studio = Studio(tmp_path)
    open_studio.settings["QRSTUDIO_FETCH_ALLOW"] = "127.0.0.1"
    open_studio.start()
    try:
        key = open_studio.new_key()
        fetched = open_studio.generate(key, **logo)
        assert (fetched.status_code, fetched.headers["X-QR-Version"]) == (200, "4")
        again = open_studio.generate(key, **logo | {"data": "https://example.org"})
        assert (again.status_code, Pictures.asked) == (200, ["/logo.png"])
        inside = open_studio.generate(key, **logo | {"logo_url": f"{pictures}/inside"})
        assert inside.json() == {"logo_url": "refusing to fetch 169.254.169.254: resolves to private/internal IP 169.254.169.254"}
        page = open_studio.generate(key, **logo | {"bg_image_url": f"{pictures}/page"})
        assert page.json() == {"bg_image_url": "could not fetch from 127.0.0.1: its content type is text/html, not image/*"}
        bombs(open_studio, key)
        largest_pictures(open_studio, key)
    finally:
        assert open_studio.stop() == 0, open_studio.log_text()


def upload(studio, key, files, **fields) -> requests.Response:
    fields = {"data": "https://example.com", "size_inches": 1} | fields
    return requests.post(f"{studio.url}/api/v1/generate/", data=fields, files=files, headers={"X-Api-Key": key}, timeout=60)


def memory(studio, field="VmHWM") -> int:
    status = Path(f"/proc/{studio.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) * 1024


def largest(kind: str) -> bytes:
    """A picture of few bytes and of as many pixels as the service takes of its kind."""
    color, side = (1, 2, 3), {"GIF": 4000, "WEBP": 3700, "TIFF": 4000}.get(kind, 4898)
    image = Image.new("RGB", (side, side), color)
    file = io.BytesIO()
    options = {"GIF": {}, "JPEG": {"quality": 30}, "TIFF": {"compression": "tiff_adobe_deflate"}, "WEBP": {"lossless": True}}
    image.save(file, kind, **options.get(kind, {}))
    return file.getvalue()


def photograph(size) -> bytes:
    """Soft shapes, as a camera has them."""
    file = io.BytesIO()
    Image.effect_noise((size[0] // 40, size[1] // 40), 120).convert("RGB").resize(size).save(file, "JPEG", quality=60)
    return file.getvalue()


def fresh(studio) -> int:
    """What the server holds; its high-water mark begins anew."""
    Path(f"/proc/{studio.process.pid}/clear_refs").write_text("5")
    return memory(studio, "VmRSS")


def bombs(studio, key) -> None:
    """Pictures that unpack to more than they show are bounded, and the server goes on."""
    idle = fresh(studio)
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
        before = fresh(studio)
        taken = upload(studio, key, {"logo_file": largest(kind)})
        assert taken.status_code == 200, (kind, taken.text)
        assert memory(studio) - before < 96 * MIB, kind
    too_large = upload(studio, key, {"logo_file": png((1, 2, 3, 255), (4801, 5000))})
    assert too_large.json() == {"logo_file": "Not a readable image: 4801 × 5000 pixels are more than 24 million."}
    nested = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>" + b"<g opacity='.9'>" * 1000 + b"</g>" * 1000 + b"</svg>"
    deep = upload(studio, key, {"logo_file": nested})
    assert deep.json() == {"logo_file": "Not a readable image: an SVG may have 32 levels, with every reference followed."}
    assert memory(studio) - idle < 96 * MIB


def largest_pictures(studio, key) -> None:
    """Nine thousand pixels a side never exist in memory, with a logo or with a photograph under the modules."""
    idle = fresh(studio)
    rich = {"size_inches": 15, "dpi": 600, "gradient_from": "#0b3d91", "gradient_to": "#7a1fa2", "background": "white"}
    logo = upload(studio, key, {"logo_file": png("red", (512, 512))}, **rich)
    assert logo.status_code == 200
    assert memory(studio) - idle < 48 * MIB
    idle = fresh(studio)
    under = upload(studio, key, {"bg_image_file": png((200, 220, 240, 255), (1000, 1000))}, **rich)
    assert under.status_code == 200
    assert memory(studio) - idle < 48 * MIB + 2 * len(under.content)
    idle = fresh(studio)
    full = upload(studio, key, {"bg_image_file": photograph((6000, 4000))}, **rich)
    assert full.status_code == 200, full.text[:200]
    # Its own pixels and the file, not the 232 MiB of those that are printed.
    assert memory(studio) - idle < 96 * MIB + 2 * len(full.content) < 160 * MIB
    for answer in (logo, under):
        Image.MAX_IMAGE_PIXELS = None
        assert decoders.zxing(Image.open(io.BytesIO(answer.content)).resize((1500, 1500)).convert("L")) == ["https://example.com"]


@pytest.mark.parametrize("pattern", ["squares", "rounded", "halftone"])
def test_backgrounds_are_read_and_both_formats_show_the_same(studio, key, pattern):
    photo = Image.effect_noise((300, 200), 90).convert("RGB").resize((900, 600))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=80)
    fields = {"size_inches": 3, "dpi": 200, "pattern": pattern, "logo_neon_alpha": "on"}
    files = {"bg_image_file": file.getvalue(), "logo_file": png((0, 120, 60, 255))}
    drawn = upload(studio, key, files, **fields)
    assert drawn.status_code == 200, drawn.text
    assert decoders.zxing(drawn.content) == ["https://example.com"]
    svg = upload(studio, key, files, format="svg", **fields)
    assert svg.status_code == 200 and b"data:image/png;base64," in svg.content
    assert decoders.zxing(decoders.rsvg(svg.content, 600)) == ["https://example.com"]


def test_a_shell_draws_what_the_service_draws(studio, key, tmp_path):
    logo = tmp_path / "logo.png"
    logo.write_bytes(png("blue"))
    done = run("render", "https://example.com", "--size-inches", "1", "--logo-file", str(logo), "--logo-size-ratio", "0.2")
    assert done.returncode == 0, done.stderr
    assert done.stdout == upload(studio, key, {"logo_file": png("blue")}, logo_size_ratio="0.2").content
