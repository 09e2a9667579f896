"""Hands queue messages to queue functions, and those that keep failing to the poison queue."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage

from ..invocation import FunctionDefinition, FunctionError, Invocation, TypedValue
from ..invoker import Invoker
from ..settings import HostSettings, connection_string, resolve
from .pause import pause

logger = logging.getLogger(__name__)

# A message nobody finished within this time is handed out again. Azure's host takes ten minutes and renews; here one
# that was killed should get its messages back soon.
_LEASE_SECONDS = 60


class QueueTrigger:
    """One queue function. At least once; a failed message comes again after host.json's visibilityTimeout."""

    def __init__(
        self, function: FunctionDefinition, invoker: Invoker, settings: HostSettings, poll_seconds: float
    ) -> None:
        self._function = function
        self._invoker = invoker
        self._settings = settings
        self._poll_seconds = poll_seconds
        self._connection = connection_string(function.binding)
        self._queue = queue_client(self._connection, resolve(function.binding["queueName"]))

    async def run(self, stop: asyncio.Event) -> None:
        """Take and process batches until `stop` is set; the last one is finished."""
        while not stop.is_set():
            try:
                messages = await asyncio.to_thread(self._receive)
                await asyncio.gather(*(self._process(message) for message in messages))
            except ResourceNotFoundError:
                messages = []
            except AzureError as error:
                logger.warning("Queue %s cannot be read: %s", self._queue.queue_name, error)
                messages = []
            if not messages:
                await pause(stop, self._poll_seconds)

    def _receive(self) -> list[QueueMessage]:
        most = self._settings.queue_batch_size
        pages = self._queue.receive_messages(
            messages_per_page=most, max_messages=most, visibility_timeout=_LEASE_SECONDS
        )
        return list(pages)

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._invoker.run(Invocation(self._function, _payload(message.content), _metadata(message)))
        except FunctionError:
            if (message.dequeue_count or 0) < self._settings.queue_max_attempts:
                await asyncio.to_thread(self._give_back, message)
                return
            logger.error("Message %s goes to the poison queue", message.id)
            poison = f"{self._queue.queue_name}-poison"
            await asyncio.to_thread(send_message, self._connection, poison, message.content)
        await asyncio.to_thread(self._queue.delete_message, message)

    def _give_back(self, message: QueueMessage) -> None:
        self._queue.update_message(message, visibility_timeout=int(self._settings.queue_retry_seconds))


def queue_client(connection: str, queue_name: str) -> QueueClient:
    """A client that fails fast: the next look is the retry."""
    return QueueClient.from_connection_string(
        connection, queue_name, retry_total=0, connection_timeout=5, read_timeout=15
    )


def send_message(connection: str, queue_name: str, content: str) -> None:
    """Put a message on a queue, which is created if need be."""
    client = queue_client(connection, queue_name)
    with suppress(ResourceExistsError):
        client.create_queue()
    client.send_message(content)


def _payload(content: str) -> TypedValue:
    """The message's text; Azure's host expects Base64 and takes anything else as it is."""
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return TypedValue("string", content)
    try:
        return TypedValue("string", data.decode())
    except UnicodeDecodeError:
        return TypedValue("bytes", data)


def _metadata(message: QueueMessage) -> Mapping[str, TypedValue]:
    values: dict[str, Any] = {
        "Id": message.id,
        "DequeueCount": str(message.dequeue_count),
        "InsertionTime": _timestamp(message.inserted_on),
        "ExpirationTime": _timestamp(message.expires_on),
        "NextVisibleTime": _timestamp(message.next_visible_on),
        "PopReceipt": message.pop_receipt,
    }
    return {name: TypedValue("string", value) for name, value in values.items()}


def _timestamp(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
