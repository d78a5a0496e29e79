"""Mail servers, as `check` meets them."""

import re

import pytest

from authority import Authority
from mailserver import MailServer
from studio import run

# aiosmtpd warns of logins without STARTTLS, also where TLS came first.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def check(tmp_path, url: str, **environment) -> tuple[str, str]:
    """What `check` finds about the mail server: a verdict and a text."""
    settings = {"QRSTUDIO_SMTP_URL": url, "QRSTUDIO_MAIL_FROM": "no-reply@qr.example", "QRSTUDIO_PUBLIC_URL": "https://qr.example"}
    settings |= {"QRSTUDIO_DATA_DIR": str(tmp_path / "data"), "QRSTUDIO_LISTEN": "127.0.0.1:0"}
    done = run("check", "--json", env=settings | environment, cwd=tmp_path)
    assert b"geheim" not in done.stdout + done.stderr
    [finding] = re.findall(
        r'"setting": ?"QRSTUDIO_(?:SMTP_URL|MAIL_FROM)",\s*"verdict": ?"(\w+)",\s*"text": ?"((?:[^"\\]|\\.)*)"', done.stdout.decode()
    )
    return finding


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_private_authority_is_trusted_when_it_is_named(tmp_path, authority, wrapped):
    authority.issue(tmp_path)
    with MailServer(tmp_path, wrapped, login=("ada", "geheim")) as server:
        url = server.url.replace("://", "://ada:geheim@") + ("" if wrapped else "?tls=required")
        trusted = {"SSL_CERT_FILE": str(authority.file)}
        verdict, text = check(tmp_path, url, **trusted)
        assert (verdict, text) == ("ok", f"localhost:{server.port} takes letters from QR Studio <no-reply@qr.example>")
        verdict, text = check(tmp_path, url)
        assert verdict == "problem" and "is not trusted" in text and "SSL_CERT_FILE" in text
        verdict, text = check(tmp_path, url.replace("localhost", "127.0.0.2"), **trusted)
        assert verdict == "problem"
        verdict, text = check(tmp_path, url.replace("geheim", "falsch"), **trusted)
        assert verdict == "problem" and "refuses the login: 535" in text


def test_what_is_wrong_with_a_mail_server_is_said_in_words(tmp_path):
    with MailServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        assert check(tmp_path, url)[0] == "ok"
        verdict, text = check(tmp_path, url + "?tls=required")
        assert verdict == "problem" and "does not offer STARTTLS" in text
        verdict, text = check(tmp_path, url.replace("smtp:", "smtps:"))
        assert verdict == "problem" and "write smtp://...?tls=required" in text
    verdict, text = check(tmp_path, url)
    assert verdict == "problem" and "Connection refused" in text
