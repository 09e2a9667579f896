"""Whether a lead's quotations are whole: each with its PDF, its timeline entries and its news (data.md I7, I12)."""

from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient

from shared_code.adapters.blobs import Stored
from tests.timelines import breaches
from tests.world import World

_CREATED = "SELECT after ->> 'quotationReference' FROM timeline_entry WHERE action = %s AND lead_id = %s"
_NEWS = "SELECT data ->> 'quotationId' FROM notification WHERE type = %s AND data ->> 'leadId' = %s"


class Quotations:
    """The quotations of a world, all of them shared, and the PDFs in its storage."""

    def __init__(self, world: World, pdfs: ContainerClient) -> None:
        self._world, self._pdfs = world, pdfs

    def stored(self) -> set[str]:
        """The names of all PDFs."""
        return set(self._pdfs.list_blob_names())

    def references(self, lead_id: str) -> list[str]:
        """The lead's quotations."""
        return [reference for reference, *_ in self._rows(lead_id)]

    def faults(self, lead_id: str) -> list[str]:
        """What is missing or too much. Raises LockNotAvailable when somebody still holds the lead."""
        self._world.owner.execute("SELECT FROM lead WHERE lead_id = %s FOR UPDATE NOWAIT", [lead_id])
        told = {
            "created": self._world.rows(_CREATED, "quotationCreated", lead_id),
            "shared": self._world.rows(_CREATED, "quotationShared", lead_id),
            "news": self._world.rows(_NEWS, "quotationShared", lead_id),
        }
        due = sorted((reference,) for reference in self.references(lead_id))
        return [
            *breaches(self._world.owner, lead_id),
            *(f"{what}: {found}, not {due}" for what, found in told.items() if sorted(found) != due),
            *self.without_pdf(lead_id),
        ]

    def without_pdf(self, lead_id: str) -> list[str]:
        """The lead's quotations under whose name no PDF of that SHA-256 and size is stored."""
        return [reference for reference, name, *pdf in self._rows(lead_id) if self._pdf(name) != Stored(*pdf)]

    def _rows(self, lead_id: str) -> list[tuple[Any, ...]]:
        return self._world.rows(
            "SELECT quotation_reference, pdf_blob, pdf_sha256, pdf_size FROM quotation WHERE lead_id = %s", lead_id
        )

    def _pdf(self, name: str) -> Stored | None:
        try:
            return Stored.of(self._pdfs.download_blob(name).readall())
        except ResourceNotFoundError:
            return None
