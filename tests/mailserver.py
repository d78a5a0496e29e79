"""A real mail server on loopback (aiosmtpd), and the letters that it was given."""

import email
import email.policy
import queue
import re
import ssl
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from studio import free_port


class Letter:
    """A letter as a mail program understands it."""

    def __init__(self, sender: str, recipient: str, raw: bytes):
        self.sender = sender
        self.recipient = recipient
        self.raw = raw
        self.message: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)
        self.plain: str = self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        self.html: str = self.message.get_body(("html",)).get_content().replace("\r\n", "\n")

    @property
    def link(self) -> str:
        """The page that the letter asks to open."""
        [link] = re.findall(r"^https?://\S+$", self.plain, re.MULTILINE)
        return link

    @property
    def token(self) -> str:
        return self.link.partition("#")[2]


class MailServer:
    """Takes letters; `answers` has what it says instead to each further RCPT, first to last."""

    def __init__(
        self,
        certificate: Path | None = None,
        wrapped: bool = False,
        login: tuple[str, str] | None = None,
        answers: list[str] = (),
    ):
        self.port = free_port()
        self.url = f"{'smtps' if wrapped else 'smtp'}://localhost:{self.port}"
        self.answers = list(answers)
        self._letters: queue.Queue[Letter] = queue.Queue()
        self._given: queue.Queue[str] = queue.Queue()
        options = {}
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            options |= {"ssl_context": context} if wrapped else {"tls_context": context, "require_starttls": True}
        if login:
            user, password = (part.encode() for part in login)
            options |= {
                "auth_required": True,
                # aiosmtpd counts only STARTTLS as TLS.
                "auth_require_tls": not wrapped,
                "authenticator": lambda *given: AuthResult(success=given[-1] == LoginPassword(user, password), handled=False),
            }
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.answers:
            answer = self.answers.pop(0)
            self._given.put(answer)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        [recipient] = envelope.rcpt_tos
        self._letters.put(Letter(envelope.mail_from, recipient, envelope.original_content))
        return "250 OK"

    def letter(self) -> Letter:
        """The next letter; waits for it."""
        return self._letters.get(timeout=30)

    def given(self) -> str:
        """The next of `answers` that was given; waits for it."""
        return self._given.get(timeout=30)

    def is_empty(self) -> bool:
        return self._letters.empty()
