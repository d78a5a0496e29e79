"""TLS that ends here: a private authority, HTTP/1.1 and HTTP/2, new certificates under open connections."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time

import pytest
import requests

from authority import Authority, openssl
from studio import Studio, run


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(tmp_path, authority, monkeypatch) -> Studio:
    """A server that ends TLS itself, and `requests` that trust its authority."""
    authority.issue(tmp_path)
    studio = Studio(tmp_path)
    studio.url = f"https://localhost:{studio.port}"
    studio.settings |= {"QRSTUDIO_TLS_CERT": str(tmp_path / "cert.pem"), "QRSTUDIO_TLS_KEY": str(tmp_path / "key.pem")}
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    yield studio.start()
    if studio.process.poll() is None:
        assert studio.stop() == 0, studio.log_text()


def connect(studio: Studio, authority: Authority, **versions) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(authority.file))
    for name, version in versions.items():
        setattr(context, name, version)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", studio.port)), server_hostname="localhost")


def health(client: socket.socket) -> bytes:
    """Asks over a connection that stays open."""
    client.sendall(b"GET /api/health/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        piece = client.recv(4096)
        assert piece, f"the connection was dropped after {answer!r}"
        answer += piece
    return answer


def curl(studio: Studio, authority: Authority, path: str, *options) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["curl", "-sS", "--max-time", "30", "--cacert", authority.file, f"{studio.url}{path}", *options],
        check=True, capture_output=True,
    )


def test_both_versions_of_http_draw_the_same_picture(secure, authority, tmp_path):
    key = secure.new_key()
    pictures = []
    for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
        picture = tmp_path / f"{version}.png"
        done = curl(
            secure, authority, "/api/v1/generate/", option, "-w", "%{http_version} %{http_code}", "-o", picture,
            "-H", f"X-Api-Key: {key}", "--json", '{"data": "https://example.com", "size_inches": 8, "dpi": 600}',
        )
        assert done.stdout.decode() == f"{version} 200"
        pictures.append(picture.read_bytes())
    assert pictures[0] == pictures[1] and pictures[0].startswith(b"\x89PNG")
    assert secure.usage(key)["used_this_month"] == 2


@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_answers_tell_browsers_to_come_back_by_tls(secure, authority, option):
    head = curl(secure, authority, "/api/health/", option, "-D", "-", "-o", "/dev/null").stdout.decode().lower()
    assert "strict-transport-security: max-age=31536000" in head


@pytest.mark.parametrize("option", ["--http1.1", "--http2"])
def test_a_body_that_is_too_large_gets_its_answer(secure, authority, tmp_path, option):
    key = secure.new_key()
    (tmp_path / "large").write_bytes(b" " * 10_000_000)
    done = curl(
        secure, authority, "/api/v1/generate/", option, "-w", "%{http_code}", "-H", f"X-Api-Key: {key}",
        "-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary", f"@{tmp_path / 'large'}",
    )
    assert done.stdout == b'{"detail":"Request body too large."}413'


def test_a_hundred_requests_on_one_connection(secure, authority, tmp_path):
    """Multiplexed by curl: more than the bound of requests in flight, none lost."""
    urls = [argument for _ in range(100) for argument in ("-o", "/dev/null", f"{secure.url}/api/health/")]
    done = curl(
        secure, authority, "/api/health/", "-o", "/dev/null", *urls, "--http2", "--parallel", "--parallel-max", "100",
        "-w", "%{http_code} %{http_version} %{num_connects}\n",
    )
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert len(lines) == 101 and all(line[:2] == ["200", "2"] for line in lines)


def test_old_versions_of_tls_are_refused(secure, authority):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with connect(secure, authority, maximum_version=version, minimum_version=version) as client:
            assert b"200 OK" in health(client)
    refused = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
        stdin=subprocess.DEVNULL, capture_output=True,
    )
    assert refused.returncode != 0 and b"alert" in refused.stderr


@pytest.mark.parametrize("by", ["SIGHUP", "the files"])
def test_a_new_certificate_drops_no_open_connection(secure, authority, by):
    with connect(secure, authority) as old:
        before = old.getpeercert(binary_form=True)
        health(old)
        authority.issue(secure.directory)
        if by == "SIGHUP":
            secure.process.send_signal(signal.SIGHUP)
        wait_until(lambda: health(old) and certificate(secure, authority) != before)
        assert b"200 OK" in health(old)
    assert "took over a new certificate" in secure.log_text()


def test_a_broken_pair_keeps_the_old_one_and_says_why(secure, authority):
    before = certificate(secure, authority)
    (secure.directory / "key.pem").write_text("")
    secure.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "the old one stays" in secure.log_text())
    assert "the file is empty" in secure.log_text()
    assert certificate(secure, authority) == before
    # Mended, it is taken over without being told.
    authority.issue(secure.directory)
    wait_until(lambda: certificate(secure, authority) != before)


def certificate(studio: Studio, authority: Authority) -> bytes:
    with connect(studio, authority) as client:
        return client.getpeercert(binary_form=True)


def test_plain_http_is_told_to_use_tls(secure):
    for path in ("/api/health/", "/"):
        answer = requests.get(f"http://127.0.0.1:{secure.port}{path}", timeout=10)
        assert (answer.status_code, answer.json()) == (426, {"detail": "HTTPS is required."})
        assert answer.headers["Upgrade"] == "TLS/1.2, HTTP/1.1"
        assert "Strict-Transport-Security" not in answer.headers


def test_a_handshake_that_never_ends_is_cut_off(secure):
    with socket.create_connection(("127.0.0.1", secure.port)) as silent:
        with socket.create_connection(("127.0.0.1", secure.port)) as halfway:
            halfway.sendall(b"\x16\x03\x01\x02\x00\x01")
            for client in (silent, halfway):
                client.settimeout(20)
                assert client.recv(4096) == b""


def test_links_begin_with_https(secure):
    assert f"https://127.0.0.1:{secure.port}" in requests.get(f"{secure.url}/", timeout=10).text


def test_check_says_what_is_wrong_in_words(tmp_path, authority):
    other = tmp_path / "other"
    other.mkdir()
    authority.issue(other, names="DNS:qr.example", days=3)
    authority.issue(tmp_path)
    settings = {"QRSTUDIO_LISTEN": "127.0.0.1:0", "QRSTUDIO_DATA_DIR": str(tmp_path / "data")}
    os.chmod(other / "key.pem", 0o644)
    for certificate, key, url, code, words in (
        (tmp_path, tmp_path, "https://localhost", 0, "fits the certificate"),
        (other, other, "https://qr.example", 0, "for qr.example; expires in "),
        (other, other, "https://qr.example", 0, "everybody on this machine may read it (mode 644)"),
        (other, other, "https://qr2.example", 1, "it is for qr.example, not for qr2.example"),
        (other, tmp_path, "https://qr.example", 1, "is not the key of the first certificate"),
        (tmp_path / "missing", tmp_path, "https://localhost", 1, "No such file"),
    ):
        done = run("check", "--json", env=settings | {
            "QRSTUDIO_TLS_CERT": str(certificate / "cert.pem"), "QRSTUDIO_TLS_KEY": str(key / "key.pem"),
            "QRSTUDIO_PUBLIC_URL": url, "QRSTUDIO_SCAN_URL": "https://qr.example",
        })
        report = json.loads(done.stdout)
        assert done.returncode == code and report["ok"] == (code == 0), report
        assert words in done.stdout.decode(), report


@pytest.mark.parametrize(
    "kind",
    [
        ["-newkey", "rsa:2048"],
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["-newkey", "ed25519"],
        ["-newkey", "rsa:2048", "traditional"],
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "traditional"],
    ],
    ids=" ".join,
)
def test_keys_of_every_usual_kind_work(tmp_path, kind):
    traditional = kind[-1] == "traditional"
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    openssl("req", "-x509", *kind[: -1 if traditional else None], "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=x")
    if traditional:
        key.write_bytes(openssl("pkey", "-in", key, "-traditional"))
        assert b"BEGIN PRIVATE KEY" not in key.read_bytes()
    done = run("check", env={
        "QRSTUDIO_LISTEN": "127.0.0.1:0", "QRSTUDIO_DATA_DIR": str(tmp_path / "data"),
        "QRSTUDIO_TLS_CERT": str(certificate), "QRSTUDIO_TLS_KEY": str(key), "QRSTUDIO_SCAN_URL": "https://qr.example",
    })
    assert done.returncode == 0 and b"key.pem fits the certificate" in done.stdout, done.stdout.decode()
    assert b"signed by itself" in done.stdout


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.1)
