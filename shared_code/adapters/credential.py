"""The app's own identity in Azure, by which storage and database know it (integrations.md, Azure Blob; Settings)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from azure.identity import DefaultAzureCredential

PATIENCE: Final[dict[str, Any]] = {"connection_timeout": 3.5, "read_timeout": 3.5}  # seconds, of every call to Azure


@lru_cache(maxsize=4)
def of_app(client_id: str | None) -> "DefaultAzureCredential":
    """Gives tokens to the identity of that id, or to the only one there is; keeps them until they are about to end.

    It tries once each time it is asked: both who ask it ask again by themselves, the storage client with each of its
    three attempts, the pool of connections after a second and then ever later.
    """
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential(managed_identity_client_id=client_id, retry_total=0, **PATIENCE)
