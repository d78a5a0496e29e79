"""The long round of bulk: five thousand of the largest pictures in bounded memory, archives at the edges of the format, and readers that CI
has not got: 7-Zip and Java."""

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from studio import Studio, run
from test_bulk import largest_round

JAVA = """
import java.io.*; import java.util.zip.*;
public class Read {
    public static void main(String[] arguments) throws Exception {
        long entries = 0, bytes = 0; byte[] buffer = new byte[65536];
        try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(arguments[0])))) {
            while (zip.getNextEntry() != null) { entries++; for (int read; (read = zip.read(buffer)) > 0; ) bytes += read; }
        }
        System.out.println(entries + " " + bytes);
    }
}
"""


def readers(archive: Path) -> None:
    """Every reader of this machine finds the same entries and bytes."""
    with zipfile.ZipFile(archive) as file:
        expected = (len(file.infolist()), sum(info.file_size for info in file.infolist()))
        assert file.testzip() is None
    for command in (["unzip", "-tqq", archive], ["bsdtar", "-tf", archive]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    if seven := shutil.which("7z") or shutil.which("7zz"):
        subprocess.run([seven, "t", archive], check=True, stdout=subprocess.DEVNULL)
    else:
        print("  7-Zip is not there")
    if shutil.which("java"):
        source = archive.parent / "Read.java"
        source.write_text(JAVA)
        told = subprocess.run(["java", source, archive], check=True, capture_output=True, text=True).stdout
        assert tuple(map(int, told.split())) == expected, told
    else:
        print("  Java is not there")
    print(f"  {archive.name}: {expected[0]} entries, {expected[1]} bytes")


with tempfile.TemporaryDirectory() as temporary:
    directory = Path(temporary)
    many = directory / "many.csv"
    many.write_text("data\n" + "".join(f"https://example.com/{number % 100}\n" for number in range(70_000)))
    assert run("bulk", str(many), "--format", "svg", "-o", str(directory / "many.zip")).returncode == 0
    readers(directory / "many.zip")
    large = directory / "large.csv"
    large.write_text("data\n" + "https://example.com\n" * 9000)
    design = ["--size-inches", "15", "--dpi", "600", "--gradient-from", "#0B3D91", "--gradient-to", "#7A1FA2"]
    assert run("bulk", str(large), *design, "-o", str(directory / "large.zip")).returncode == 0
    assert (directory / "large.zip").stat().st_size > 1 << 32
    readers(directory / "large.zip")
    (directory / "large.zip").unlink()
    studio = Studio(directory).start()
    try:
        largest_round(studio, studio.new_key("enterprise"), 5000)
        print("  5 000 of 15 in at 600 dpi stay below 128 MiB above idle")
    finally:
        assert studio.stop() == 0, studio.log_text()
