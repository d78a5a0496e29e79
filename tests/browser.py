"""A browser that clicks: Chromium, driven through its own protocol over two pipes, so that no driver has to be installed."""

import base64
import itertools
import json
import os
import subprocess
from pathlib import Path

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Browser:
    """One page of a fresh browser; `messages` are its console's errors and what it refused to load."""

    def __init__(self, directory: Path, language: str = "en", dark: bool = False, width: int = 900, height: int = 900):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()

        def hand_over_pipes() -> None:
            # The protocol's places are descriptors 3 and 4; aside first, where neither overwrites the other.
            ours, theirs = os.dup2(to_browser, 50), os.dup2(from_browser, 51)
            os.dup2(ours, 3)
            os.dup2(theirs, 4)

        self._process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={directory}", "--remote-debugging-pipe", f"--window-size={width},{height}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=hand_over_pipes, close_fds=False,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._ids = itertools.count(1)
        self._buffer = b""
        self._session: str | None = None
        self.messages: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        agent = self.evaluate("navigator.userAgent")
        self._call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        scheme = "dark" if dark else "light"
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def _read(self) -> dict:
        while b"\0" not in self._buffer:
            chunk = os.read(self._in, 1 << 20)
            assert chunk, "the browser has gone away"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _handle(self, message: dict) -> None:
        parameters = message.get("params", {})
        match message.get("method"):
            case "Log.entryAdded":
                self.messages.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.messages.append(json.dumps(parameters["exceptionDetails"]))

    def _call(self, method: str, **parameters) -> dict:
        number = next(self._ids)
        command = {"id": number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def _wait_for(self, method: str) -> None:
        while True:
            message = self._read()
            self._handle(message)
            if message.get("method") == method:
                return

    def open(self, url: str) -> None:
        """Opens a page and waits until it has loaded."""
        # By way of nowhere: an address that differs behind the # only would load nothing.
        for address in ("about:blank", url):
            self._call("Page.navigate", url=address)
            self._wait_for("Page.loadEventFired")

    def evaluate(self, expression: str):
        """The value of an expression, waited for where it is a promise."""
        done = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def until(self, expression: str) -> None:
        """Waits until an expression is true."""
        assert self.evaluate(
            "new Promise((done) => { const end = performance.now() + 20000; const look = () => { "
            f"if ({expression}) done(true); else if (performance.now() > end) done(false); else setTimeout(look, 10); }}; look(); }})"
        ), f"never true: {expression}; {self.text()!r}; {self.messages}"

    def click(self, selector: str) -> None:
        """Clicks in the middle of the visible element."""
        x, y = self.evaluate(
            f"(() => {{ const found = [...document.querySelectorAll({json.dumps(selector)})].find((one) => one.offsetParent);"
            " found.scrollIntoView(); const box = found.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Types into whatever has the focus."""
        self._call("Input.insertText", text=text)

    def text(self) -> str:
        """What a person can read."""
        return self.evaluate("document.body.innerText")

    def screenshot(self, path: Path) -> None:
        """Keeps a picture of the whole page."""
        picture = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(picture["data"]))
