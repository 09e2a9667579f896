"""The deadline and the certificate check hold over TLS, the only way the real providers are reached."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared_code.adapters import bounded_http, calls


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
    """Key and self-signed certificate of 127.0.0.1, in one file."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(secret + built.public_bytes(pem))
    return file


@pytest.fixture(scope="module")
def url(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingTCPServer(("127.0.0.1", 0), DrippingHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that leaves is expected
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_server_that_nobody_vouches_for_is_not_talked_to(url: str) -> None:
    with pytest.raises(calls.AttemptFailed, match="connection failed"):
        bounded_http.post(f"{url}/ok", 10)


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
