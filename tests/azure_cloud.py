"""Azure as an app meets it there: an identity that the platform vouches for, storage that knows no key, TLS."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from pydantic_core import to_json

from localhost.azurite import Azurite
from shared_code.adapters import blobs, credential
from shared_code.adapters.delegation_keys import DelegationKeys
from shared_code.settings import Settings
from tests.tls import sign_certificate

CLIENT_ID, HEADER = "11111111-2222-3333-4444-555555555555", "a secret of this instance"
STORAGE, ISSUER = "https://storage.azure.com", "https://sts.windows.net/tenant/"
DATABASE = "https://ossrdbms-aad.database.windows.net"
TOKEN_SECONDS = 86400


class Identity(ThreadingHTTPServer):
    """Speaks the App Service protocol for managed identities; knows one, and gives it tokens for storage and database.

    `asked`: how often it was asked for a token. `client_id`: the identity it knows. `issuer`: who the tokens say they
    are of. `answering`: cleared, it takes requests and is silent.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.asked, self.client_id, self.issuer = 0, CLIENT_ID, ISSUER
        self.answering = threading.Event()
        self.answering.set()

    def token_for(self, query: dict[str, str], header: str | None) -> dict[str, str] | None:
        """The answer to a request; None where it is not the instance's, or not for what we know."""
        resource = query.get("resource", "")
        known = {"api-version": "2019-08-01", "resource": resource, "client_id": self.client_id}
        if header != HEADER or query != known or resource not in (STORAGE, DATABASE):
            return None
        now = int(time.time())
        claims = {"aud": resource, "iss": self.issuer, "oid": "app", "tid": "tenant", "iat": now, "nbf": now}
        token = jwt.encode(claims | {"exp": now + TOKEN_SECONDS}, secrets.token_hex())  # Azurite reads the claims alone
        ends = str(now + TOKEN_SECONDS)
        return {"access_token": token, "expires_on": ends, "resource": resource, "token_type": "Bearer"}


class _Request(BaseHTTPRequestHandler):
    server: Identity

    def do_GET(self) -> None:
        self.server.asked += 1
        self.server.answering.wait(60)
        answer = self.server.token_for(dict(parse_qsl(urlsplit(self.path).query)), self.headers["X-IDENTITY-HEADER"])
        body = to_json(answer or {"statusCode": 400, "message": "no such identity"})
        with suppress(ConnectionError):  # who asked may have given up
            self.send_response(200 if answer else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Cloud:
    """One storage account, behind TLS and without a key for the app, and the app's identity."""

    def __init__(self, identity: Identity, azurite: Azurite, log: Path) -> None:
        self.identity, self.azurite, self._log = identity, azurite, log

    @property
    def account(self) -> str:
        """The account's URL."""
        parts = dict(part.split("=", 1) for part in self.azurite.connection_string.split(";") if part)
        return parts["BlobEndpoint"]

    def settings(self, base: Settings) -> Settings:
        """These settings, as they are in Azure: two URLs and an identity."""
        urls = {"uploads_storage_blob": self.account, "documents_storage_blob": self.account}
        own = urls | {"azure_storage_connection_string": None, "identity_client_id": CLIENT_ID}
        return base.model_copy(update=own)

    def keys_fetched(self, until: str) -> int:
        """How many delegation keys the account has given out when it was asked about the blob `until`."""
        deadline = time.monotonic() + 30
        while until not in (written := self._log.read_text()):
            assert time.monotonic() < deadline, f"the account was never asked about {until}"
            time.sleep(0.02)
        return written.partition(until)[0].count("Operation=Service_GetUserDelegationKey")

    def start_anew(self) -> None:
        """Let the app know neither token nor key, as when it has just started."""
        self.identity.asked = 0
        self.identity.answering.set()
        credential.of_app.cache_clear()
        blobs._connect.cache_clear()
        blobs._delegation_keys = DelegationKeys()


@contextmanager
def running_identity() -> Iterator[Identity]:
    """The identity service, on loopback; meanwhile this process is an instance of the app in Azure."""
    with pytest.MonkeyPatch.context() as environment, Identity() as identity:
        environment.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{identity.server_port}/msi/token")
        environment.setenv("IDENTITY_HEADER", HEADER)
        threading.Thread(target=identity.serve_forever, daemon=True).start()
        credential.of_app.cache_clear()
        try:
            yield identity
        finally:
            identity.answering.set()
            identity.shutdown()
            credential.of_app.cache_clear()


@contextmanager
def running_cloud(folder: Path) -> Iterator[Cloud]:
    """Azure, in `folder` and on loopback: the identity service and storage."""
    certificate, key, log = folder / "certificate.pem", folder / "key.pem", folder / "debug.log"
    sign_certificate(certificate, key)
    options = ["--oauth", "basic", "--cert", str(certificate), "--key", str(key), "--debug", str(log)]
    with pytest.MonkeyPatch.context() as environment, running_identity() as identity:
        environment.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        cloud = Cloud(identity, Azurite(folder / "azurite", options=options), log)
        try:
            cloud.azurite.start()
            yield cloud
        finally:
            cloud.azurite.stop()
            cloud.start_anew()
