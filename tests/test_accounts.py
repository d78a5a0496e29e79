"""An account from its making to its end, over HTTP against the release binary, on both engines."""

import base64
import json
import os
import pty
import re
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor

import requests

from studio import BINARY, Studio, clean_environment

PASSWORD = "correct horse battery"
OTHER = "another horse, another battery"
INVALID = {"detail": "Token is invalid or expired."}


def call(studio: Studio, method: str, path: str, access: str | None = None, **body) -> requests.Response:
    headers = {"Authorization": f"Bearer {access}"} if access else {}
    return requests.request(method, studio.url + path, json=body, headers=headers, timeout=60)


def login(studio: Studio, email: str, password: str) -> requests.Response:
    return call(studio, "POST", "/api/auth/login/", email=email, password=password)


def new_email() -> str:
    return f"{os.urandom(6).hex()}@example.com"


def test_from_sign_up_to_the_end(any_engine):
    studio, email = any_engine, new_email()
    made = call(studio, "POST", "/api/auth/signup/", email=email, password=PASSWORD, name="Ada", workspace="Engines")
    assert made.status_code == 201, made.text
    first = made.json()
    assert first["user"]["email"] == email
    assert (first["workspace"]["name"], first["workspace"]["plan"]) == ("Engines", "free")
    again = call(studio, "POST", "/api/auth/signup/", email=email.upper(), password=PASSWORD, name="Eve")
    assert (again.status_code, again.json()) == (400, {"email": ["A user with this email already exists."]})

    # A key of the new workspace, as an operator makes it, and what it has rendered.
    key = studio.admin("create-key", email)["raw_key"]
    assert studio.generate(key, data="https://example.com", size_inches=1).status_code == 200
    usage = call(studio, "GET", "/api/v1/usage/me/", first["access"]).json()
    assert (usage["used_this_month"], usage["by_key"][0]["used_this_month"], usage["daily"][0]["renders"]) == (1, 1, 1)

    # Tokens follow each other; one that comes twice ends the session.
    second = call(studio, "POST", "/api/auth/refresh/", refresh=first["refresh"]).json()
    assert call(studio, "GET", "/api/auth/me/", second["access"]).status_code == 200
    reused = call(studio, "POST", "/api/auth/refresh/", refresh=first["refresh"])
    assert (reused.status_code, reused.json()) == (401, INVALID)
    assert call(studio, "GET", "/api/auth/me/", second["access"]).json() == INVALID

    # Another password ends every other session.
    laptop, phone = (login(studio, email, PASSWORD).json() for _ in range(2))
    changed = call(
        studio, "POST", "/api/auth/password/change/", laptop["access"], current_password=PASSWORD, new_password=OTHER
    )
    assert changed.status_code == 200, changed.text
    for ended in (laptop, phone):
        assert call(studio, "GET", "/api/auth/me/", ended["access"]).status_code == 401
    assert login(studio, email, PASSWORD).status_code == 401
    current = changed.json()
    assert call(studio, "POST", "/api/auth/logout/", refresh=current["refresh"]).status_code == 204
    assert call(studio, "GET", "/api/auth/me/", current["access"]).status_code == 401

    # The operator's way for who forgot it, and the end.
    reset = studio.admin("reset-password", email)
    last = login(studio, email, reset["password"]).json()
    wrong = call(studio, "DELETE", "/api/auth/me/", last["access"], current_password=PASSWORD)
    assert (wrong.status_code, wrong.json()) == (400, {"current_password": ["Invalid password."]})
    erased = call(studio, "DELETE", "/api/auth/me/", last["access"], current_password=reset["password"])
    assert (erased.status_code, erased.content) == (204, b"")
    assert login(studio, email, reset["password"]).status_code == 401
    assert studio.generate(key, data="x", size_inches=1).status_code == 401
    log = studio.log_text()
    for secret in (email, PASSWORD, OTHER, first["access"], first["refresh"], key, "127.0.0.1 "):
        assert secret not in log


def test_an_access_token_is_a_jwt_that_nobody_else_can_make(studio):
    tokens = call(studio, "POST", "/api/auth/signup/", email=new_email(), password=PASSWORD, name="Ada").json()
    header, claims, _ = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in tokens["access"].split(".")
    )
    assert json.loads(header) == {"alg": "HS256", "typ": "JWT"}
    claims = json.loads(claims)
    assert claims["exp"] - claims["iat"] == 15 * 60
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    _, body, tag = tokens["access"].split(".")
    for forged in (f"{none}.{body}.", f"{none}.{body}.{tag}", tokens["refresh"]):
        answer = call(studio, "GET", "/api/auth/me/", forged)
        assert (answer.status_code, answer.json()) == (401, INVALID)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_two_refreshes_at_the_same_moment(any_engine):
    tokens = call(any_engine, "POST", "/api/auth/signup/", email=new_email(), password=PASSWORD, name="Ada").json()
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda _: call(any_engine, "POST", "/api/auth/refresh/", refresh=tokens["refresh"]).status_code,
                range(4),
            )
        )
    assert sorted(answers) == [200, 401, 401, 401]


def test_a_flood_of_logins_is_answered_in_bounded_memory(tmp_path):
    studio = Studio(tmp_path)
    studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    studio.start()
    try:
        key = studio.new_key()
        email = new_email()
        call(studio, "POST", "/api/auth/signup/", email=email, password=PASSWORD, name="Ada")
        with ThreadPoolExecutor(200) as pool:
            logins = [pool.submit(login, studio, email, PASSWORD) for _ in range(1000)]
            # Others go on meanwhile.
            assert studio.generate(key, data="x", size_inches=1).status_code == 200
            answers = [future.result() for future in logins]
        assert {answer.status_code for answer in answers} <= {200, 503}
        assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status_code == 503)
        # Each hash takes 19 MiB, in memory that is used again: an allocator keeps it for each of its arenas otherwise.
        peak = re.search(r"VmHWM:\s+(\d+) kB", open(f"/proc/{studio.process.pid}/status").read())
        assert int(peak[1]) < 150_000, f"{peak[1]} kB"
    finally:
        assert studio.stop() == 0


def test_sessions_outlive_a_restart_and_the_secret_is_for_its_owner_only(own_studio):
    own_studio.start()
    tokens = call(own_studio, "POST", "/api/auth/signup/", email=new_email(), password=PASSWORD, name="Ada").json()
    own_studio.kill()
    own_studio.start()
    assert call(own_studio, "GET", "/api/auth/me/", tokens["access"]).status_code == 200
    secret = own_studio.directory / "data" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert own_studio.stop() == 0
    # Another secret: nobody is signed in any more, and refresh tokens go on.
    own_studio.settings["QRSTUDIO_SECRET_KEY"] = "x" * 32
    own_studio.start()
    assert call(own_studio, "GET", "/api/auth/me/", tokens["access"]).status_code == 401
    next_tokens = call(own_studio, "POST", "/api/auth/refresh/", refresh=tokens["refresh"])
    assert next_tokens.status_code == 200
    assert own_studio.stop() == 0


def test_the_login_of_the_first_start_works(tmp_path):
    shown = Studio(tmp_path)
    terminal, end = pty.openpty()
    shown.process = subprocess.Popen(
        [BINARY, "serve"], env=clean_environment() | shown.settings | {"TERM": "xterm"}, cwd=tmp_path,
        stdin=end, stdout=end, stderr=end,
    )
    try:
        text = b""
        while not (found := re.search(rb"([a-z2-9]{5}-){3}[a-z2-9]{5}", text)):
            text += os.read(terminal, 4096)
        password = found[0].decode()
        while b"QR Studio answers" not in text and b"http://" not in text:
            text += os.read(terminal, 4096)
        answer = login(shown, "owner@localhost", password)
        assert answer.status_code == 200, answer.text
        me = call(shown, "GET", "/api/auth/me/", answer.json()["access"]).json()
        assert (me["workspace"]["name"], me["workspace"]["role"]) == ("local", "owner")
    finally:
        shown.kill()
