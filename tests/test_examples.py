"""Every example of the OpenAPI document does what the document says."""

import itertools

import jsonschema_rs
import pytest
import requests

from mailserver import MailServer
from studio import Studio

# In which order the examples can be tried: each finds what those before it have made. The document has no others.
ORDER = [
    "health", "status", "signup", "verify_email", "login", "refresh", "me", "change_me", "logout", "login",
    "create_key", "list_keys", "rotate_key", "usage", "generate", "generate_bulk", "show_job", "job_result", "cancel_job", "validate", "usage_me",
    "create_dynamic", "list_dynamic", "show_dynamic", "dynamic_analytics", "change_dynamic", "delete_dynamic", "revoke_key",
    "create_webhook", "list_webhooks", "show_webhook", "test_webhook", "list_webhook_deliveries", "redeliver_webhook", "rotate_webhook",
    "change_webhook", "delete_webhook",
    "delete_me", "signup", "change_password", "reset_password", "confirm_password",
]


class Document:
    """The document, and what it says of each operation."""

    def __init__(self, url: str):
        self.json = requests.get(f"{url}/api/openapi.json", timeout=30).json()
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in self.json["paths"].items() for method, operation in item.items()
        }

    def resolve(self, schema: dict) -> dict:
        # What may be left out is shown by what may stand there.
        [schema] = [one for one in schema.get("oneOf", []) if "$ref" in one] or [schema]
        if "$ref" not in schema:
            return schema
        return self.json["components"]["schemas"][schema["$ref"].removeprefix("#/components/schemas/")]

    def fits(self, schema: dict, value) -> list[str]:
        """What is wrong with a value."""
        whole = schema | {"components": self.json["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]

    def parts(self, value=None, path="") -> list[tuple[str, dict]]:
        """Every object inside the document, with where it stands."""
        value = self.json if value is None else value
        if isinstance(value, list):
            value = dict(enumerate(value))
        if not isinstance(value, dict):
            return []
        inside = (self.parts(member, f"{path}/{name}") for name, member in value.items() if name not in ("example", "examples"))
        return [(path, value), *itertools.chain(*inside)]


def examples(part: dict) -> list:
    """Those of a schema, a parameter or a content."""
    several = part.get("examples", [])
    several = [one["value"] for one in several.values()] if isinstance(several, dict) else several
    return several + ([part["example"]] if "example" in part else [])


@pytest.fixture(scope="module")
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def studio(tmp_path_factory, mail) -> Studio:
    studio = Studio(tmp_path_factory.mktemp("examples"))
    studio.settings |= {
        "QRSTUDIO_SMTP_URL": mail.url, "QRSTUDIO_MAIL_FROM": "no-reply@qr.example", "QRSTUDIO_RATE_LIMITS": "off", "QRSTUDIO_DEFAULT_PLAN": "pro",
    }
    yield studio.start()
    assert studio.stop() == 0, studio.log_text()


@pytest.fixture(scope="module")
def document(studio) -> Document:
    return Document(studio.url)


class Ada:
    """Tries what the document shows, with her own secrets and numbers in the place of those that it makes up."""

    def __init__(self, studio: Studio, document: Document, mail: MailServer):
        self.studio, self.document, self.mail = studio, document, mail
        self.own: dict[str, str] = {}
        self.key = self.access = self.job = self.bulk_key = ""

    def try_all(self, name: str) -> None:
        method, path, operation = self.document.operations[name]
        query = {
            parameter["name"]: shown[0] for parameter in operation.get("parameters", [])
            if parameter["in"] == "query" and (shown := examples(parameter) or examples(parameter["schema"]))
        }
        if name == "generate_bulk":
            # The key of the example is on a plan without batches.
            made = requests.post(f"{self.studio.url}/api/v1/keys/", json={"name": "bulk"}, headers={"Authorization": f"Bearer {self.access}"}, timeout=60)
            self.bulk_key = made.json()["raw_key"]
        if name == "show_job":
            self.job = self.queue_job()
        if "requestBody" not in operation:
            return self.ask(name, operation, method, path, params=query)
        for kind, content in operation["requestBody"]["content"].items():
            bodies = examples(content) or examples(self.document.resolve(content["schema"]))
            assert bodies, f"{name} shows no {kind}"
            for body in bodies:
                self.prepare(name)
                body = body | {member: self.own[member] for member in ("refresh", "token") if member in body}
                form = {member: (None, value) for member, value in body.items()}
                self.ask(name, operation, method, path, **({"json": body} if kind == "application/json" else {"files": form}))
        if query:
            self.ask(name, operation, method, path, params=query)

    def ask(self, name, operation, method, path, **sent) -> None:
        credential = {"api_key": {"X-Api-Key": self.key}, "session": {"Authorization": f"Bearer {self.access}"}}
        headers = credential[next(iter(operation["security"][0]))] if "security" in operation else {}
        if "/bulk/" in path or "/jobs/" in path:
            headers = {"X-Api-Key": self.bulk_key}
        own = self.own | ({"id": self.job} if path.startswith("/api/v1/jobs/") else {})
        answer = requests.request(method, self.studio.url + path.format(**own), headers=headers, timeout=60, **sent)
        status = str(answer.status_code)
        assert status in operation["responses"] and status.startswith("2"), f"{name} {sent}: {answer.status_code} {answer.text[:500]}"
        contents = operation["responses"][status].get("content")
        if not contents:
            assert answer.content == b"", name
            return
        kind = answer.headers["Content-Type"]
        assert kind in contents, (name, kind)
        if kind == "application/json":
            assert self.document.fits(contents[kind]["schema"], answer.json()) == [], name
            self.learn(name, answer.json())

    def queue_job(self) -> str:
        """A job that is done."""
        headers = {"X-Api-Key": self.bulk_key}
        body = {"items": [{"data": "https://example.com", "size_inches": 1}]}
        queued = requests.post(f"{self.studio.url}/api/v1/generate/bulk/", json=body, headers=headers | {"Prefer": "respond-async"}, timeout=60)
        assert self.document.fits(self.document.operations["generate_bulk"][2]["responses"]["202"]["content"]["application/json"]["schema"],
                                  queued.json()) == []
        location = self.studio.url + queued.headers["Location"]
        while (job := requests.get(location, headers=headers, timeout=60).json())["status"] != "done":
            assert job["status"] in ("queued", "running"), job
        return job["id"]

    def learn(self, name: str, answer: dict) -> None:
        self.access = answer.get("access", self.access)
        self.key = answer.get("raw_key", self.key)
        for member in ("refresh", "short_id") + (("id",) if "raw_key" in answer or "secret" in answer else ()):
            self.own |= {member: answer[member]} if member in answer else {}
        if "event_id" in answer:
            self.own["delivery"] = answer["id"]

    def prepare(self, name: str) -> None:
        """Takes the token out of the letter that brought it."""
        pages = {"verify_email": "/account/verify/#", "confirm_password": "/account/reset/#"}
        if page := pages.get(name):
            while page not in (letter := self.mail.letter()).plain:
                pass
            self.own["token"] = letter.token


def test_every_example_succeeds(studio, document, mail):
    assert set(ORDER) == set(document.operations)
    ada = Ada(studio, document, mail)
    for name in ORDER:
        ada.try_all(name)


def test_every_example_fits_its_schema(document):
    wrong, count = [], 0
    for path, part in document.parts():
        schema = part.get("schema", part)
        for example in examples(part):
            count += 1
            wrong += [f"{path}: {fault}" for fault in document.fits(schema, example)]
    assert count > 150 and wrong == []
