"""`qrstudio bulk`: tables in, archives and folders out."""

import json
import os
import pty
import re
import signal
import subprocess
import time
import zipfile

import pytest

import archives
import decoders
from studio import BINARY, clean_environment, run

TABLE = """id;landing_page;tint\r
1;https://example.com/é;#0B3D91\r
2;"https://example.com/a;b";\r
3;https://example.com/c;black\r
"""
TEXTS = ["https://example.com/é", "https://example.com/a;b", "https://example.com/c"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + TABLE.encode())
    return path


def bulk(*arguments, **options):
    return run("bulk", *map(str, arguments), **options)


def test_a_table_becomes_an_archive(table, tmp_path, studio, key):
    out = tmp_path / "out.zip"
    done = bulk(table, "--data-column", "landing_page", "--size-inches", "3", "--color-column", "tint", "-o", out)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rb"3 codes in .*/out\.zip, \d+ kB of pictures, \d+\.\d s\n", done.stderr)
    pictures, manifest = archives.split(out.read_bytes())
    assert list(pictures) == ["qr-0001.png", "qr-0002.png", "qr-0003.png"]
    assert [decoders.zxing(picture) for picture in pictures.values()] == [[text] for text in TEXTS]
    # What the service draws, byte for byte.
    drawn = studio.generate(key, data=TEXTS[0], size_inches=3, color="#0B3D91").content
    assert pictures["qr-0001.png"] == drawn
    assert (manifest["count"], "plan" in manifest, manifest["items"][2]["bytes"]) == (3, False, len(pictures["qr-0003.png"]))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out.zip"]


def test_names_formats_and_folders(table, tmp_path):
    out = tmp_path / "codes"
    done = bulk(table, "--data-column", "landing_page", "--file-name", "tables/{id}.svg", "-o", out)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (out / "tables").iterdir()) == ["1.svg", "2.svg", "3.svg"]
    assert decoders.zxing(decoders.rsvg((out / "tables" / "2.svg").read_bytes(), 400)) == [TEXTS[1]]
    assert [line["filename"] for line in json.loads((out / "manifest.json").read_text())["items"]] == ["tables/1.svg", "tables/2.svg", "tables/3.svg"]
    # A second run draws what has changed, and nothing else.
    before = {path.name: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
    table.write_text(TABLE.replace("/c;", "/new;"))
    again = bulk(table, "--data-column", "landing_page", "--file-name", "tables/{id}.svg", "-o", out)
    assert again.returncode == 0, again.stderr
    after = {path.name: path.stat().st_mtime_ns for path in (out / "tables").iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"3.svg"}


def test_payloads_come_from_columns(tmp_path):
    table = tmp_path / "guests.csv"
    table.write_text("network,key,room\nGuests,correct horse,1\nLobby,,2\n")
    done = bulk(table, "--ssid-column", "network", "--password-column", "key", "--file-name", "room-{room}", "-o", tmp_path / "wifi.zip")
    assert done.returncode == 0, done.stderr
    pictures, manifest = archives.split((tmp_path / "wifi.zip").read_bytes())
    assert [decoders.zxing(picture) for picture in pictures.values()] == [["WIFI:T:WPA;S:Guests;P:correct horse;;"], ["WIFI:T:nopass;S:Lobby;;"]]
    assert list(pictures) == ["room-1.png", "room-2.png"] and manifest["items"][0]["data_type"] == "wifi"


def test_columns_that_are_called_like_members_belong_to_the_contents(tmp_path):
    """A network with a password was once printed as an open one."""
    table = tmp_path / "guests.csv"
    table.write_text("ssid,password\nGuests,correct horse\n")
    for arguments in (["--ssid-column", "ssid"], ["--data-type", "wifi"]):
        done = bulk(table, *arguments, "-o", tmp_path / "wifi.zip")
        assert done.returncode == 0, done.stderr
        pictures, _ = archives.split((tmp_path / "wifi.zip").read_bytes())
        assert [decoders.zxing(picture) for picture in pictures.values()] == [["WIFI:T:WPA;S:Guests;P:correct horse;;"]]


def test_tables_that_can_be_read_in_two_ways_are_refused(tmp_path):
    table = tmp_path / "table.csv"
    for text, told in [
        ("data,data\na,b\n", 'error: several columns are called "data"'),
        ('data\n"a\nb\nc\n', "error: row 2: its last cell begins with a quote that is never closed"),
    ]:
        table.write_text(text)
        done = bulk(table, "-o", tmp_path / "out.zip")
        assert (done.returncode, told in done.stderr.decode()) == (2, True), done.stderr


def test_ndjson_holds_bodies_of_requests(tmp_path):
    lines = [{"data": "https://example.com/1", "size_inches": 1, "pattern": "dot"},
             {"data_type": "geo", "payload": {"lat": 45.5, "lng": -73.6}, "format": "svg"}]
    text = "\n\n".join(map(json.dumps, lines)).encode()
    done = bulk("-", "-o", tmp_path / "out.zip", input=text)
    assert done.returncode == 0, done.stderr
    pictures, manifest = archives.split((tmp_path / "out.zip").read_bytes())
    assert list(pictures) == ["qr-0001.png", "qr-0002.svg"]
    assert decoders.zxing(pictures["qr-0001.png"]) == ["https://example.com/1"]
    assert [line["size_inches"] for line in manifest["items"]] == [1, 2]


BAD = "id,landing_page,size_inches\n1,https://example.com/1,3\n2,,3\n3,https://example.com/3,99\n4\n4,https://example.com/4,2\n4,https://example.com/5,2\n"


def test_rows_that_are_wrong_are_listed_and_stop_the_work(tmp_path):
    table = tmp_path / "bad.csv"
    table.write_text(BAD)
    command = [table, "--data-column", "landing_page", "--file-name", "{id}.png"]
    problems = [
        "row 3: data: This field is required.",
        "row 4: size_inches: Ensure this value is less than or equal to 15.0.",
        "row 5: it has 1 cells, and the first line names 3 columns",
        "row 7: its name 4.png is that of row 6, too",
    ]
    for more in (["-o", tmp_path / "out.zip"], ["-o", tmp_path / "folder"], ["--dry-run"]):
        done = bulk(*command, *more)
        told = done.stderr.decode()
        assert done.returncode == 2
        assert [line.removeprefix("error: ") for line in told.splitlines() if line.startswith("error: ")] == problems
        assert "tip: --skip-bad leaves such rows out" in told
    assert not (tmp_path / "out.zip").exists() and list(tmp_path.glob("*.part")) == []
    skipped = bulk(*command, "--skip-bad", "-o", tmp_path / "out.zip")
    assert skipped.returncode == 0 and skipped.stderr.decode().count("it was left out") == 4
    assert list(archives.split((tmp_path / "out.zip").read_bytes())[0]) == ["1.png", "4.png"]
    right = bulk(table, "--data-column", "landing_page", "--skip-bad", "--dry-run")
    assert right.returncode == 0 and b"3 rows are right; nothing was written" in right.stderr


@pytest.mark.parametrize("arguments, text", [
    (["--data-column", "nowhere", "-o", "x.zip"], "--data-column: the table has no column \"nowhere\""),
    (["-o", "x.zip"], "no column gives the contents of the codes"),
    (["--data-column", "landing_page", "--file-name", "{nr}", "-o", "x.zip"], "--file-name: the table has no column \"nr\""),
    (["--data-column", "landing_page", "--file-name", "../{id}", "-o", "x.zip"], "--file-name: it leads out of the folder"),
    (["--data-column", "landing_page", "--delimiter", "é", "-o", "x.zip"], "--delimiter: one character of ASCII"),
    (["--data-column", "landing_page", "--logo-file", "none.png", "-o", "x.zip"], "--logo-file: cannot read none.png"),
    (["--data-column", "landing_page"], "--output <PATH>"),
    (["--data-column", "landing_page", "-o", "customers.csv"], "--output: customers.csv is a file"),
])
def test_what_cannot_be_right_is_told_before_the_work(table, tmp_path, arguments, text):
    done = bulk(table, *arguments, cwd=tmp_path)
    assert (done.returncode, text in done.stderr.decode()) == (2, True), done.stderr.decode()
    assert not (tmp_path / "x.zip").exists()


def test_a_run_that_was_killed_goes_on_in_its_folder(tmp_path):
    table, out = tmp_path / "many.csv", tmp_path / "codes"
    table.write_text("data\n" + "".join(f"https://example.com/{number}\n" for number in range(400)))
    command = [BINARY, "bulk", table, "--size-inches", "15", "--dpi", "600", "-o", out]
    process = subprocess.Popen(command, env=clean_environment(), stderr=subprocess.DEVNULL)
    while not out.exists() or len(list(out.glob("*.png"))) < 20:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert 20 <= len(left) < 400
    done = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    kept = [name for name, at in left.items() if (out / name).stat().st_mtime_ns == at]
    # The last few may not have been noted.
    assert len(kept) >= len(left) - 4
    assert len(list(out.glob("*.png"))) == 400 and list(out.glob(".*.part")) == []
    for number in (0, 17, 399):
        single = run("render", f"https://example.com/{number}", "--size-inches", "15", "--dpi", "600")
        assert (out / f"qr-{number + 1:04}.png").read_bytes() == single.stdout


def test_equal_rows_are_drawn_once_and_large_tables_are_zip64(tmp_path):
    table = tmp_path / "many.csv"
    table.write_text("data\n" + "https://example.com\n" * 70_000)
    done = bulk(table, "--format", "svg", "--size-inches", "1", "-o", tmp_path / "out.zip")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert len(archive.infolist()) == 70_001
        assert archive.read("qr-70000.svg") == archive.read("qr-0001.svg")
    tested = subprocess.run(["unzip", "-tqq", tmp_path / "out.zip"], capture_output=True, timeout=120)
    assert (tested.returncode, tested.stdout) == (0, b"")


def test_memory_is_flat(tmp_path):
    peaks = []
    for rows in (100, 5000):
        table = tmp_path / f"{rows}.csv"
        table.write_text("data\n" + "".join(f"https://example.com/shop/{number}\n" for number in range(rows)))
        command = [BINARY, "bulk", table, "--size-inches", "3", "-o", tmp_path / f"{rows}.zip"]
        process = subprocess.Popen(command, env=clean_environment(), stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        peaks.append(usage.ru_maxrss / 1024)
    assert peaks[1] - peaks[0] < 8, peaks


def test_a_terminal_sees_a_bar_and_a_log_sees_lines(tmp_path):
    table = tmp_path / "many.csv"
    table.write_text("data\n" + "".join(f"https://example.com/{number}\n" for number in range(300)))
    command = [BINARY, "bulk", table, "--size-inches", "15", "--dpi", "600", "-o", tmp_path / "out.zip"]
    leader, follower = pty.openpty()
    process = subprocess.Popen(command, env=clean_environment(), stderr=follower)
    os.close(follower)
    seen = b""
    while True:
        try:
            seen += os.read(leader, 65536)
        except OSError:
            break
    assert process.wait() == 0
    text = seen.decode()
    assert re.search(r"\r\[#+ +\] \d+ rows, \d+ a second, [\d.]+ (s|min) left", text), text
    assert text.rstrip().splitlines()[-1].split("\r")[-1].replace("\x1b[K", "").startswith("300 codes in ")
    plain = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=120).stderr
    assert b"\r" not in plain and b"\x1b" not in plain
