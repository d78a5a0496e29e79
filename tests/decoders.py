"""Readers of QR codes that are not ours. Each returns the texts that it finds in a picture."""

import ctypes
import functools
import io
import subprocess

import cv2
import numpy
import zxingcpp
from PIL import Image
from pyzbar import pyzbar, zbar_library

Picture = bytes | numpy.ndarray


def flatten(picture: bytes) -> Image.Image:
    """The picture as it looks on white paper, in greys."""
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("L")


def greys(picture: Picture) -> numpy.ndarray:
    """A file's pixels; pixels are left as they are."""
    return numpy.array(flatten(picture)) if isinstance(picture, bytes) else picture


def zxing(picture: Picture) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(greys(picture))]


def zbar(picture: Picture) -> list[str]:
    return [code.data.decode() for code in pyzbar.decode(greys(picture), symbols=[pyzbar.ZBarSymbol.QRCODE])]


def zbar_version() -> tuple[int, int, int]:
    """Of the library; its binding does not tell."""
    numbers = [ctypes.c_uint() for _ in range(3)]
    zbar_library.load()[0].zbar_version(*map(ctypes.byref, numbers))
    return tuple(number.value for number in numbers)


def opencv(picture: Picture) -> list[str]:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(greys(picture))
    return [text] if text else []


def wechat(picture: Picture) -> list[str]:
    """The decoder of OpenCV's WeChat module, without the trained models that would look for codes in photographs.

    From 4.7 on it goes on looking for further codes, and forgets the one that it has read where its last try fails: docs/scanning.md.
    """
    texts, _ = wechat_decoder().detectAndDecode(greys(picture))
    return list(texts)


@functools.cache
def wechat_decoder() -> cv2.wechat_qrcode.WeChatQRCode:
    return cv2.wechat_qrcode.WeChatQRCode()


def rsvg(svg: bytes, pixels: int | None = None) -> bytes:
    """Draws an SVG with librsvg, at its own size or at `pixels` a side; returns a PNG."""
    size = ["--width", str(pixels), "--height", str(pixels)] if pixels else []
    return subprocess.run(["rsvg-convert", *size], input=svg, capture_output=True, check=True, timeout=60).stdout
