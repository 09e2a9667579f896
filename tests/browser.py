"""A real browser, without a window, that opens a page of ours; the page says what it could do."""

import json
import os
import queue
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localhost.children import Child, claimed

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-first-run", "--disable-sync", "--disable-extensions", "--disable-component-update", "--disable-breakpad"]
PATIENCE_SECONDS = 60


def installed() -> str | None:
    """Where a browser is, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Site(ThreadingHTTPServer):
    """Serves files by their path, on loopback; what a page POSTs to it, as JSON, is what it says."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.files = files
        self.said: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Request(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        file = self.server.files.get(urlsplit(self.path).path)
        self._answer(404 if file is None else 200, file or b"")

    def do_POST(self) -> None:
        self.server.said.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(204)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def visit(browser: str, url: str, files: dict[str, bytes], folder: Path) -> Any:
    """Open that URL, whose host need not exist, on a site of these files; answers what the page says.

    The browser reaches this site and 127.0.0.1, nothing else, and leaves what it writes in `folder`.
    """
    site = Site(files)
    rules = f"MAP {urlsplit(url).netloc} 127.0.0.1:{site.server_port},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"
    at_home = [str(shutil.which("env")), f"HOME={folder}", browser]
    command = [*at_home, "--headless=new", *QUIET, f"--user-data-dir={folder / 'profile'}"]
    if os.geteuid() == 0:
        command.append("--no-sandbox")  # root cannot have its sandbox
    with claimed(folder, "Chromium") as lock:
        child = Child("Chromium", [*command, f"--host-resolver-rules={rules}", url], folder / "log", lock)
    try:
        return site.said.get(timeout=PATIENCE_SECONDS)
    except queue.Empty:
        raise AssertionError(f"the page said nothing:\n{child.tail()}") from None
    finally:
        child.stop()
        site.shutdown()
        site.server_close()
