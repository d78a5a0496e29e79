"""Readers of QR codes that are not ours. Each returns the texts that it finds in a picture."""

import io
import subprocess

import cv2
import numpy
import zxingcpp
from PIL import Image


def flatten(picture: bytes) -> Image.Image:
    """The picture as it looks on white paper, in greys."""
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("L")


def zxing(picture: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(numpy.array(flatten(picture)))]


def zbar(picture: bytes) -> list[str]:
    buffer = io.BytesIO()
    flatten(picture).save(buffer, "PNG")
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sbinary", "--oneshot", "-Sdisable", "-Sqrcode.enable", "png:-"],
        input=buffer.getvalue(), capture_output=True, timeout=60,
    )
    return [done.stdout.decode()] if done.stdout else []


def opencv(picture: bytes) -> list[str]:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(numpy.array(flatten(picture)))
    return [text] if text else []


def rsvg(svg: bytes, pixels: int | None = None) -> bytes:
    """Draws an SVG with librsvg, at its own size or at `pixels` a side; returns a PNG."""
    size = ["--width", str(pixels), "--height", str(pixels)] if pixels else []
    return subprocess.run(["rsvg-convert", *size], input=svg, capture_output=True, check=True, timeout=60).stdout
