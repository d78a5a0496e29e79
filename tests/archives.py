"""What readers that are not ours find in an archive."""

import io
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path


def read(archive: bytes) -> dict[str, bytes]:
    """Every entry by its name, in their order; each reader sees the same."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.testzip() is None
        entries = {name: file.read(name) for name in file.namelist()}
        assert len(entries) == len(file.infolist())
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "archive.zip"
        path.write_bytes(archive)
        tested = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True, timeout=120)
        assert (tested.returncode, tested.stdout + tested.stderr) == (0, "")
        # As a stream, as Java's ZipInputStream and others read: sizes and sums stand before the data.
        unpacked = Path(temporary) / "unpacked"
        unpacked.mkdir()
        streamed = subprocess.run(["bsdtar", "-xf", "-", "-C", unpacked], input=archive, capture_output=True, timeout=120)
        assert streamed.returncode == 0, streamed.stderr
        assert {path.name: path.read_bytes() for path in unpacked.iterdir()} == entries
    return entries


def split(archive: bytes) -> tuple[dict[str, bytes], dict]:
    """The pictures and the manifest, which comes last and is stored as it is."""
    entries = read(archive)
    last = zipfile.ZipFile(io.BytesIO(archive)).infolist()[-1]
    assert (last.filename, last.compress_type) == ("manifest.json", zipfile.ZIP_STORED)
    return entries, json.loads(entries.pop("manifest.json"))
