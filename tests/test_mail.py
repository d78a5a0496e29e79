"""Letters to people: through a real mail server, into a reader that is not ours, and on to the pages that they open."""

import os
import re
import sqlite3
from html.parser import HTMLParser

import pytest
import requests

from authority import Authority
from browser import Browser
from mailserver import Letter, MailServer
from studio import Studio, run

# aiosmtpd warns of logins without STARTTLS, also where TLS came first.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

PASSWORD = "a kettle of seven herons"
FRENCH = {"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"}


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def postal(tmp_path, mail) -> Studio:
    """A server that sends letters."""
    studio = Studio(tmp_path)
    studio.settings |= {"QRSTUDIO_SMTP_URL": mail.url, "QRSTUDIO_MAIL_FROM": "Codes à imprimer <no-reply@qr.example>"}
    studio.start()
    yield studio
    assert studio.stop() == 0, studio.log_text()


def post(studio: Studio, path: str, headers: dict | None = None, **fields) -> requests.Response:
    return requests.post(studio.url + path, json=fields, headers=headers, timeout=30)


def sign_up(studio: Studio, email: str, headers: dict | None = None) -> dict:
    answer = post(studio, "/api/auth/signup/", headers, email=email, password=PASSWORD, name="Ada")
    assert answer.status_code == 201, answer.text
    return answer.json()


def log_in(studio: Studio, email: str, password: str) -> requests.Response:
    return post(studio, "/api/auth/login/", email=email, password=password)


class Words(HTMLParser):
    """The text of HTML, and what it would load."""

    def __init__(self, html: str):
        super().__init__()
        self.text, self.loads, self.links = "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.loads += [attributes[name] for name in ("src", "srcset", "background", "data") if name in attributes]
        self.links += [attributes["href"]] if "href" in attributes else []

    def handle_data(self, data):
        self.text += data


def check_form(letter: Letter, recipient: str) -> None:
    """What is true of every letter."""
    message = letter.message
    assert (letter.sender, letter.recipient, message["To"]) == ("no-reply@qr.example", recipient, recipient)
    assert str(message["From"]) == "Codes à imprimer <no-reply@qr.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo and re.fullmatch(r"<[0-9a-f]{32}@qr\.example>", message["Message-ID"])
    assert message.get_content_type() == "multipart/alternative" and not message.defects
    assert letter.raw.isascii() and all(len(line) <= 78 for line in letter.raw.split(b"\r\n"))
    html = Words(letter.html)
    assert not html.loads and "url(" not in letter.html and "@import" not in letter.html
    assert recipient in letter.plain and recipient in html.text


def test_a_new_account_makes_codes_once_its_address_is_confirmed(postal, mail):
    email = "ada+codes@example.com"
    sign_up(postal, email)
    letter = mail.letter()
    check_form(letter, email)
    assert letter.message["Subject"] == "Confirm your e-mail address for QR Studio"
    assert letter.link == f"{postal.url}/account/verify/#{letter.token}"
    assert set(Words(letter.html).links) == {letter.link}

    key = postal.admin("create-key", email)["raw_key"]
    assert postal.generate(key, data="https://example.com", size_inches=1).status_code == 403
    assert post(postal, "/api/auth/verify-email/", token=letter.token).status_code == 200
    assert postal.generate(key, data="https://example.com", size_inches=1).status_code == 200
    again = post(postal, "/api/auth/verify-email/", token=letter.token)
    assert (again.status_code, again.json()) == (400, {"token": ["Token is invalid or expired."]})
    assert mail.is_empty()


def test_a_forgotten_password_is_replaced_in_french(postal, mail):
    email = "ada@bücher.example"
    sign_up(postal, email, FRENCH)
    assert mail.letter().message["Subject"] == "Confirmez votre adresse e-mail pour QR Studio"
    email = "ada@xn--bcher-kva.example"
    answers = [post(postal, "/api/auth/password/reset/", FRENCH, email=asked) for asked in (email, "nobody@example.com")]
    assert [answer.status_code for answer in answers] == [202, 202] and answers[0].content == answers[1].content
    letter = mail.letter()
    check_form(letter, email)
    assert letter.message["Subject"] == "Choisissez un nouveau mot de passe pour QR Studio"
    assert letter.message["Content-Language"] == "fr"
    assert letter.link.startswith(f"{postal.url}/account/reset/#")

    new = "trois hérons sur un toit"
    confirm = "/api/auth/password/reset/confirm/"
    assert post(postal, confirm, FRENCH, token=letter.token, new_password=new).status_code == 200
    warning = mail.letter()
    check_form(warning, email)
    assert warning.message["Subject"] == "Votre mot de passe QR Studio a été changé"
    assert post(postal, confirm, FRENCH, token=letter.token, new_password=new).status_code == 400
    assert log_in(postal, email, PASSWORD).status_code == 401
    assert log_in(postal, email, new).status_code == 200
    assert mail.is_empty()


def test_the_answer_to_who_forgot_a_password_waits_for_nothing_that_only_users_have(postal, mail):
    sign_up(postal, "ada@example.com")
    mail.letter()
    # Nothing can be written meanwhile: were the token stored first, the answer would wait for it, and tell.
    writer = sqlite3.connect(postal.directory / "data" / "qrstudio.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    asked = ("ada@example.com", "nobody@example.com")
    answers = [post(postal, "/api/auth/password/reset/", email=email) for email in asked]
    assert [answer.status_code for answer in answers] == [202, 202] and answers[0].content == answers[1].content
    assert mail.is_empty()
    writer.execute("ROLLBACK")
    assert mail.letter().message["Subject"] == "Choose a new password for QR Studio"


def test_the_log_knows_neither_addresses_nor_links(postal, mail):
    sign_up(postal, "ada@example.com")
    tokens = [mail.letter().token]
    mail.answers = ["550 5.1.1 <ada@example.com>: there is no ada@example.com here"]
    post(postal, "/api/auth/password/reset/", email="ada@example.com")
    assert mail.given().startswith("550")
    post(postal, "/api/auth/password/reset/", email="ada@example.com")
    tokens.append(mail.letter().token)
    post(postal, "/api/auth/password/reset/confirm/", token=tokens[1], new_password="another kettle of herons")
    mail.letter()
    assert postal.stop() == 0
    log = postal.log_text()
    for secret in [*tokens, PASSWORD, "another kettle", "ada@example.com", "ada%40", "example.com"]:
        assert secret not in log, secret
    assert re.search(r"given up.*letter=reset_password.*the mail server answered 550 5\.1\.1", log), log


def test_a_greylisted_letter_arrives(postal, mail):
    mail.answers = ["451 4.7.1 come back later", "450 4.7.1 later still"]
    sign_up(postal, "ada@example.com")
    assert mail.letter().recipient == "ada@example.com"


def test_a_letter_leaves_before_the_server_does(postal, mail):
    mail.answers = ["451 4.7.1 come back later"]
    sign_up(postal, "ada@example.com")
    # It waits for another try: told to stop, the server makes it at once.
    assert mail.given().startswith("451")
    assert postal.stop() == 0
    assert mail.letter().recipient == "ada@example.com"


def test_without_mail_nothing_waits_for_a_letter(studio):
    email = f"{os.urandom(6).hex()}@example.com"
    sign_up(studio, email)
    key = studio.admin("create-key", email)["raw_key"]
    assert studio.generate(key, data="https://example.com", size_inches=1).status_code == 200
    assert post(studio, "/api/auth/password/reset/", email=email).status_code == 202
    assert "mail is off" in studio.log_text() and email not in studio.log_text()


def visible(section: str) -> str:
    return f"document.getElementById('{section}')?.offsetParent"


def test_a_browser_confirms_an_address(postal, mail, tmp_path):
    sign_up(postal, "ada@example.com")
    letter = mail.letter()
    with Browser(tmp_path / "browser") as browser:
        browser.open(letter.link)
        assert "Confirm your e-mail address" in browser.text()
        browser.click("button")
        browser.until(visible("confirmed"))
        assert "Your address is confirmed" in browser.text()
        assert browser.evaluate("location.hash") == "" and browser.messages == []
        browser.open(letter.link)
        browser.click("button")
        browser.until(visible("spent"))
        browser.open(f"{postal.url}/account/verify/")
        browser.until(visible("no-token"))
    assert letter.token not in postal.log_text()


def test_a_browser_chooses_a_new_password(postal, mail, tmp_path):
    sign_up(postal, "ada@example.com")
    mail.letter()
    with Browser(tmp_path / "browser", language="fr-FR") as browser:
        browser.open(f"{postal.url}/account/reset/")
        browser.click("#email")
        browser.type("ada@example.com")
        browser.click("button")
        browser.until(visible("asked"))
        browser.open(mail.letter().link)

        def choose(password: str) -> None:
            browser.evaluate("document.getElementById('new_password').value = ''")
            browser.click("#new_password")
            browser.type(password)
            browser.click("button")

        for password, complaint in [("court", "au moins 10"), ("password123", "Beaucoup de gens")]:
            choose(password)
            browser.until(f"{visible('password-wrong')} && document.body.innerText.includes('{complaint}')")
        choose("trois hérons sur un toit")
        browser.until(visible("changed"))
    assert log_in(postal, "ada@example.com", "trois hérons sur un toit").status_code == 200


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


def test_a_letter_goes_through_an_encrypted_line(tmp_path, authority):
    authority.issue(tmp_path)
    with MailServer(tmp_path, login=("ada", "geheim")) as server:
        studio = Studio(tmp_path)
        studio.settings |= {
            "QRSTUDIO_SMTP_URL": server.url.replace("://", "://ada:geheim@") + "?tls=required",
            "QRSTUDIO_MAIL_FROM": "Codes à imprimer <no-reply@qr.example>",
            "SSL_CERT_FILE": str(authority.file),
        }
        studio.start()
        sign_up(studio, "ada@example.com")
        check_form(server.letter(), "ada@example.com")
        assert studio.stop() == 0 and "geheim" not in studio.log_text()


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
