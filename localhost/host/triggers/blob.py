"""Hands new blobs to blob functions, and those that keep failing to the poison queue."""

import asyncio
import base64
import json
import logging
import re
from collections import Counter
from collections.abc import Mapping

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobProperties, ContainerClient

from ..invocation import AppLoadError, FunctionDefinition, FunctionError, Invocation, TypedValue
from ..invoker import Invoker
from ..settings import HostSettings, connection_string, resolve
from .pause import pause
from .queue import send_message

logger = logging.getLogger(__name__)

POISON_QUEUE = "webjobs-blobtrigger-poison"

# A blob's name and ETag.
_Key = tuple[str, str]


class BlobTrigger:
    """One blob function, whatever its source: the container is listed every `poll_seconds`.

    A blob is known by name and ETag, in memory only: a new host delivers again what still lies there, so that nothing
    is lost. Blobs over `max_bytes` are left alone, as by an Event Grid subscription that filters on content length.
    """

    def __init__(
        self,
        function: FunctionDefinition,
        invoker: Invoker,
        settings: HostSettings,
        poll_seconds: float,
        max_bytes: int,
    ) -> None:
        self._function = function
        self._invoker = invoker
        self._poll_seconds = poll_seconds
        self._max_bytes = max_bytes
        self._max_attempts = settings.blob_max_attempts
        self._turn = asyncio.Semaphore(settings.blob_parallel)
        self._connection = connection_string(function.binding)
        container, self._names = _path(function)
        self._container = ContainerClient.from_connection_string(
            self._connection, container, retry_total=0, connection_timeout=5, read_timeout=15
        )
        self._attempts: Counter[_Key] = Counter()
        self._finished: set[_Key] = set()
        self._busy: dict[_Key, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver new blobs until `stop` is set; what is under way is finished."""
        while not stop.is_set():
            try:
                listed = await asyncio.to_thread(self._list)
            except AzureError as error:
                logger.warning("Container %s cannot be listed: %s", self._container.container_name, error)
            else:
                for blob in self._new(listed):
                    self._busy[_key(blob)] = asyncio.create_task(self._deliver(blob))
            await pause(stop, self._poll_seconds)
        await asyncio.gather(*self._busy.values())

    def _list(self) -> list[BlobProperties]:
        """The container's blobs, none where there is no container yet. Raises AzureError."""
        try:
            return list(self._container.list_blobs(include=["metadata"]))
        except ResourceNotFoundError:
            return []

    def _new(self, listed: list[BlobProperties]) -> list[BlobProperties]:
        """Those of ours that are neither under way nor finished. What is no longer listed is forgotten."""
        keys = {_key(blob) for blob in listed}
        self._finished &= keys
        self._attempts = Counter({key: count for key, count in self._attempts.items() if key in keys})
        known = self._finished | self._busy.keys()
        ours = (blob for blob in listed if blob.size <= self._max_bytes and self._names.fullmatch(blob.name))
        return [blob for blob in ours if _key(blob) not in known]

    async def _deliver(self, blob: BlobProperties) -> None:
        key = _key(blob)
        try:
            async with self._turn:
                await self._try(blob, key)
            self._finished.add(key)
        except FunctionError:
            logger.info("Blob %s will be tried again", blob.name)
        except (ResourceNotFoundError, ResourceModifiedError):
            logger.info("Blob %s is gone, or another one by now", blob.name)
        except AzureError as error:
            logger.warning("Blob %s cannot be read or given up: %s", blob.name, error)
        finally:
            del self._busy[key]

    async def _try(self, blob: BlobProperties, key: _Key) -> None:
        """One attempt. Raises FunctionError unless it was the last one, which is followed by the poison queue."""
        data = await asyncio.to_thread(self._download, blob)
        self._attempts[key] += 1
        try:
            await self._invoker.run(Invocation(self._function, TypedValue("bytes", data), self._metadata(blob)))
        except FunctionError:
            if self._attempts[key] < self._max_attempts:
                raise
            logger.error("Blob %s goes to the poison queue", blob.name)
            await asyncio.to_thread(send_message, self._connection, POISON_QUEUE, self._poison(blob))

    def _download(self, blob: BlobProperties) -> bytes:
        unchanged = MatchConditions.IfNotModified
        return self._container.download_blob(blob.name, etag=blob.etag, match_condition=unchanged).readall()

    def _metadata(self, blob: BlobProperties) -> Mapping[str, TypedValue]:
        properties = {
            "Length": blob.size,
            "ContentLength": blob.size,
            "ContentType": blob.content_settings.content_type,
            "ETag": blob.etag,
            "LastModified": blob.last_modified.isoformat(),
        }
        return {
            "BlobTrigger": TypedValue("string", f"{blob.container}/{blob.name}"),
            "Uri": TypedValue("string", self._container.get_blob_client(blob.name).url),
            "Properties": TypedValue("json", json.dumps(properties)),
            "Metadata": TypedValue("json", json.dumps(blob.metadata or {})),
        }

    def _poison(self, blob: BlobProperties) -> str:
        """The poison message as Azure's host writes it: JSON in Base64."""
        message = {
            "Type": "BlobTrigger",
            "FunctionId": f"Host.Functions.{self._function.name}",
            "BlobType": "BlockBlob",
            "ContainerName": blob.container,
            "BlobName": blob.name,
            "ETag": f'"{blob.etag}"',
        }
        return base64.b64encode(json.dumps(message).encode()).decode()


def _key(blob: BlobProperties) -> _Key:
    return blob.name, blob.etag


def _path(function: FunctionDefinition) -> tuple[str, re.Pattern[str]]:
    """Container and pattern of blob names: `uploads/{name}` means every blob, also one in a virtual folder."""
    container, _, names = resolve(function.binding["path"]).partition("/")
    if not container or "{" in container:
        raise AppLoadError(f"{function.name}: a blob path begins with the name of a container")
    literals = re.split(r"\{[^{}]+\}", names or "{name}")
    return container, re.compile("(.+)".join(re.escape(literal) for literal in literals))
