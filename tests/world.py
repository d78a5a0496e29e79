"""A server on one engine, and people who ask, for tables of what they send and get."""

import json
import sqlite3
import subprocess

import requests

from studio import Studio

GENERATE, VALIDATE, USAGE, KEYS, DYNAMIC = "/api/v1/generate/", "/api/v1/validate/", "/api/v1/usage/", "/api/v1/keys/", "/api/v1/dynamic/"
# What stands behind the comma of who asks.
TWISTS = {
    "": {}, "text": {"Content-Type": "text/plain"}, "form": {"Content-Type": "multipart/form-data; boundary=b"},
    "forwarded": {"X-Forwarded-Proto": "http"}, "odd name": {"Idempotency-Key": "two words"},
}


def form(**fields: str) -> str:
    """The body of a form with the boundary `b`."""
    return "".join(f"--b\r\nContent-Disposition: form-data; {part(name)}\r\n\r\n{value}\r\n" for name, value in fields.items()) + "--b--\r\n"


def part(name: str) -> str:
    return f'name="{name}"; filename="x.png"' if name.endswith("_file") else f'name="{name}"'


class World:
    """A server on one engine, and people who ask."""

    def __init__(self, studio: Studio, database: str | None):
        self.studio, self.database = studio, database
        made = {plan: studio.admin("create-user", f"{plan}@example.com", "--plan", plan) for plan in ("free", "starter", "pro", "agency")}
        self.headers = {plan: {"X-Api-Key": user["raw_key"]} for plan, user in made.items()}
        owners = {plan: self.log_in(f"{plan}@example.com", user["password"]) for plan, user in made.items()}
        self.headers |= {"owner": owners["starter"], "free owner": owners["free"], "pro owner": owners["pro"]}
        self.names = {
            "key": self.call("POST", KEYS, {"name": "mine"}, self.headers["owner"]).json()["id"],
            "stranger": self.call("POST", KEYS, {"name": "theirs"}, owners["pro"]).json()["id"],
            "code": self.new_code(owners["starter"]), "printed": self.new_code(owners["starter"]), "gone": self.new_code(owners["starter"]),
            "theirs": self.new_code(owners["pro"]),
            "edited": self.new_code(owners["free"]), "paused": self.new_code(owners["free"], is_active=False),
        }
        self.call("DELETE", f"{DYNAMIC}{self.names['gone']}/", None, owners["starter"])
        self.call("PATCH", f"{DYNAMIC}{self.names['edited']}/", {"destination_url": "https://example.com/1"}, owners["free"])
        studio.admin("block", "*.blocked.example")
        for role in ("viewer", "member"):
            user = studio.admin("create-user", f"{role}@example.com", "--plan", "pro")
            self.headers[role] = self.log_in(f"{role}@example.com", user["password"])
            self.sql(f"UPDATE memberships SET role = '{role}' WHERE user_id = (SELECT id FROM users WHERE email = '{role}@example.com')")
        revoked = self.call("POST", KEYS, {"name": "revoked"}, self.headers["owner"]).json()
        self.call("DELETE", f"{KEYS}{revoked['id']}/", None, self.headers["owner"])
        self.headers |= {
            "nobody": {}, "wrong": {"X-Api-Key": "smk_" + "x" * 36}, "malformed": {"X-Api-Key": "key"},
            "revoked": {"X-Api-Key": revoked["raw_key"]}, "old token": {"Authorization": "Bearer a.b.c"},
        }

    def log_in(self, email: str, password: str) -> dict[str, str]:
        answer = self.call("POST", "/api/auth/login/", {"email": email, "password": password})
        return {"Authorization": f"Bearer {answer.json()['access']}"}

    def new_code(self, owner: dict[str, str], **fields) -> str:
        return self.call("POST", DYNAMIC, {"name": "Menu", "destination_url": "https://example.com/"} | fields, owner).json()["short_id"]

    def call(self, method, path, body=None, headers=None, **options) -> requests.Response:
        data = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        headers = {"Content-Type": "application/json"} | (headers or {})
        return requests.request(method, self.studio.url + path, data=data, headers=headers, timeout=60, **options)

    def ask(self, who, method, path, body=None, **headers) -> requests.Response:
        name, _, twist = who.partition(", ")
        return self.call(method, path.format(**self.names), body, self.headers[name] | TWISTS[twist] | headers)

    def sql(self, statement: str) -> None:
        if self.database:
            subprocess.run(["psql", "-w", "-qX", "-v", "ON_ERROR_STOP=1", self.database, "-c", statement], check=True)
        else:
            with sqlite3.connect(self.studio.directory / "data" / "qrstudio.db", timeout=30) as connection:
                connection.execute(statement)
            connection.close()
