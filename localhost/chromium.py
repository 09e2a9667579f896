"""Drives a real browser without a window, over the pipe of its DevTools protocol: for tests and pictures of a page.

It reaches this machine's loopback and nothing else.
"""

import base64
import fcntl
import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any, Final, Self

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
OPTIONS: Final = (
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-sync", "--disable-extensions",
    "--disable-component-update", "--disable-breakpad", "--hide-scrollbars", "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE localhost,EXCLUDE 127.0.0.1",
)  # fmt: skip
PATIENCE_SECONDS: Final = 60.0


def installed() -> str | None:
    """Where a browser is, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """The browser did not do what it was told."""


class Page:
    """One page of a browser of its own, that ends with it; what it writes stays in `folder`.

    requests: the URLs that the page asked for. complaints: what stands in its console as a warning, an error, or as a
    violation of its Content-Security-Policy.
    """

    def __init__(self, browser: str, folder: Path, width: int = 1280, height: int = 900) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._browser, self._folder, self._size = browser, folder, (width, height)
        self._number, self._session, self._received = 0, "", b""

    def __enter__(self) -> Self:
        self._in, theirs_out = os.pipe()
        theirs_in, self._out = os.pipe()
        # It hears on 3 and speaks on 4. From above them, for what stands there must not be overwritten.
        hears, speaks = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out))
        quiet = [(os.POSIX_SPAWN_OPEN, end, os.devnull, os.O_RDWR, 0) for end in range(3)]
        pipes = [(os.POSIX_SPAWN_DUP2, hears, 3), (os.POSIX_SPAWN_DUP2, speaks, 4)]
        home = os.environ | {"HOME": str(self._folder)}
        self._pid = os.posix_spawn(self._browser, self._command(), home, file_actions=[*quiet, *pipes])
        for end in (theirs_in, theirs_out, hears, speaks):
            os.close(end)
        target = self._do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._do(f"{domain}.enable")
        width, height = self._size
        self._do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._out, self._in):
            os.close(end)
        deadline = time.monotonic() + 10
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):  # it ends with its pipe
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(0.02)

    def open(self, url: str) -> None:
        """Go there."""
        self._do("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """The value of a script, a promise awaited. Raises BrowserError when it throws."""
        done = self._do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise BrowserError(json.dumps(done["exceptionDetails"])[:2000])
        return done["result"].get("value")

    def until(self, script: str) -> Any:
        """The value of a script once it is one that counts. Raises BrowserError when that takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (value := self.run(script)):
            if time.monotonic() > deadline:
                raise BrowserError(f"never: {script}\n{self.complaints}\n{self.run('document.body.innerText')[:2000]}")
            time.sleep(0.05)
        return value

    def picture(self) -> bytes:
        """What is seen now, as PNG."""
        return base64.b64decode(self._do("Page.captureScreenshot", format="png")["data"])

    def _command(self) -> list[str]:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # root cannot have its sandbox
        return [self._browser, *OPTIONS, *root, f"--user-data-dir={self._folder / 'profile'}", "about:blank"]

    def _do(self, method: str, **params: object) -> Any:
        self._number += 1
        order = {"id": self._number, "method": method, "params": params}
        os.write(
            self._out, json.dumps(order | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while (said := self._hear()).get("id") != self._number:
            self._note(said)
        if "error" in said:
            raise BrowserError(f"{method}: {said['error']}")
        return said["result"]

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            if not (more := os.read(self._in, 1 << 16)):
                raise BrowserError("the browser has ended")
            self._received += more
        message, _, self._received = self._received.partition(b"\0")
        said: dict[str, Any] = json.loads(message)
        return said

    def _note(self, said: dict[str, Any]) -> None:
        kind, about = said.get("method"), said.get("params", {})
        if kind == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif kind == "Log.entryAdded" and about["entry"]["level"] in ("warning", "error"):
            self.complaints.append(about["entry"]["text"])
        elif kind == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(about["exceptionDetails"])[:500])
        elif kind == "Runtime.consoleAPICalled" and about["type"] in ("warning", "error", "assert"):
            self.complaints.append(json.dumps(about["args"])[:500])
