"""The deadline and the certificate check hold over TLS, the only way the real providers are reached."""

import time
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler

import pytest

from shared_code.adapters import bounded_http, calls
from tests.tls import serving, sign_certificate


class DrippingHandler(StreamRequestHandler):
    """Answers `/ok` at once, anything else with one header every 50 ms for ever."""

    def handle(self) -> None:
        path = self.rfile.readline()
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while b"/ok " not in path:
                self.wfile.write(b"X-Slow: 1\r\n")
                time.sleep(0.05)
            self.wfile.write(b"Content-Length: 2\r\n\r\nhi")
        except OSError:
            return


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of 127.0.0.1; its key lies beside it."""
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    sign_certificate(file, file.with_name("key.pem"))
    return file


@pytest.fixture(scope="module")
def url(certificate: Path) -> Iterator[str]:
    with serving(certificate, certificate.with_name("key.pem"), DrippingHandler) as (host, port):
        yield f"https://{host}:{port}"


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_an_answer_over_tls(url: str) -> None:
    assert bounded_http.post(f"{url}/ok", 10) == bounded_http.Answer(200, b"hi")


@pytest.mark.usefixtures("trusted")
def test_reading_over_tls_ends_at_the_deadline(url: str) -> None:
    before = time.monotonic()
    with pytest.raises(calls.AttemptFailed, match="timeout"):
        bounded_http.post(f"{url}/slow", 0.5)
    assert time.monotonic() - before < 1.5
