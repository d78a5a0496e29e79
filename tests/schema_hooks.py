"""Loaded by schemathesis: who asks, and where pictures are fetched from."""

import itertools
import os
import re

import requests
import schemathesis

URL, PICTURE = os.environ["SCHEMA_URL"], os.environ["SCHEMA_PICTURE"]
# They end sessions or change what the account signs in with.
ENDING = {"change_me", "delete_me", "change_password"}


def post(path: str, **body) -> dict:
    answer = requests.post(URL + path, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def wants(scheme: str):
    return lambda context: any(scheme in one for one in context.operation.definition.raw.get("security", []))


def is_ending(context) -> bool:
    return context.operation.definition.raw["operationId"] in ENDING


@schemathesis.auth().apply_to(wants("api_key"))
class Key:
    """A key of a workspace in which no session asks, so that none revokes it."""

    def get(self, case, context) -> str:
        return os.environ["SCHEMA_KEY"]

    def set(self, case, key, context) -> None:
        case.headers["X-Api-Key"] = key


@schemathesis.auth().apply_to(wants("session")).skip_for(is_ending)
class Session:
    """Signs in again before an access token is too old."""

    def get(self, case, context) -> str:
        return post("/api/auth/login/", email=os.environ["SCHEMA_EMAIL"], password=os.environ["SCHEMA_PASSWORD"])["access"]

    def set(self, case, access, context) -> None:
        case.headers["Authorization"] = f"Bearer {access}"


@schemathesis.auth(refresh_interval=None).apply_to(is_ending)
class NewAccount:
    """Somebody new for each request, whose password is put where one is given."""

    def get(self, case, context) -> tuple[str, str]:
        password = os.urandom(12).hex()
        account = post("/api/auth/signup/", email=f"{os.urandom(8).hex()}@example.com", password=password, name="Ada")
        return account["access"], password

    def set(self, case, account, context) -> None:
        access, password = account
        case.headers["Authorization"] = f"Bearer {access}"
        if isinstance(case.body, dict) and isinstance(case.body.get("current_password"), str):
            case.body = case.body | {"current_password": password}


NUMBERS = itertools.count()


def with_picture(body):
    """The same, whatever host its pictures were to come from."""
    for field in ("logo_url", "bg_image_url"):
        url = body.get(field) if isinstance(body, dict) else None
        if isinstance(url, str) and url.strip().lower().startswith(("http:", "https:")):
            body = body | {field: PICTURE}
    return body


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    """Keeps requests on this machine, and apart from each other."""
    # Under a key that came before the answer is that of then, also about a code that was deleted since.
    name = case.headers.get("Idempotency-Key")
    if name and re.fullmatch(r"[!-~]{1,255}", name):
        case.headers["Idempotency-Key"] = f"{next(NUMBERS)}-{name}"[:255]
    # No network: pictures come from here, whatever host was named.
    if isinstance(case.body, dict):
        case.body = with_picture(case.body)
        if isinstance(case.body.get("items"), list):
            case.body = case.body | {"items": [with_picture(item) for item in case.body["items"]]}
