"""Uploads of documents as a client makes them, and files to send (rules.md 6.3)."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any, Self
from urllib.parse import urlsplit

import pikepdf
import requests
from PIL import Image

from functions.documents.browse_documents import get_document, list_lead_documents
from functions.documents.check_upload import check_upload
from functions.documents.issue_upload import issue_lead_upload
from functions.leads.browse_leads import get_timeline
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Caller
from shared_code.wire.documents import FileAsk, UploadSlot
from tests.world import ADMIN, CP_1, World

BILL: dict[str, Any] = {"file_name": "light bill.pdf", "content_type": "application/pdf", "file_size": 1000}
PHOTO: dict[str, Any] = {"file_name": "roof.JPEG", "content_type": "image/jpeg", "file_size": 1000}


def pdf(script: bool = False, pages: int = 1) -> bytes:
    """A PDF of blank pages, with a script on request."""
    target = BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        if script:
            document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        document.save(target, deterministic_id=True)  # the same bytes each time
    return target.getvalue()


def photo() -> bytes:
    """A photo that tells who took it, and where."""
    exif = Image.Exif()
    exif[0x010F] = "Phone of Ramesh"
    exif.get_ifd(0x8825)[1] = "N"
    target = BytesIO()
    Image.new("RGB", (64, 48), "orange").save(target, "JPEG", exif=exif)
    return target.getvalue()


class Upload:
    """A place reserved for a file, by one of the doors, and what has become of it."""

    def __init__(
        self,
        world: World,
        lead_id: str,
        caller: Caller = CP_1,
        door: Callable[..., Any] = issue_lead_upload,
        /,
        **asked: Any,
    ) -> None:
        self.world, self.lead_id = world, lead_id
        place = {"lead_id": lead_id} if door is issue_lead_upload else {}
        self._take(world.call(door, caller, **BILL | place | asked))

    @classmethod
    def of(cls, world: World, slot: dict[str, Any]) -> Self:
        """A place that was reserved otherwise."""
        upload = cls.__new__(cls)
        upload.world, upload.lead_id = world, ""
        upload._take(UploadSlot.model_validate_json(json.dumps(slot)))
        return upload

    def _take(self, slot: UploadSlot) -> None:
        self.slot = slot
        self.doc_id = slot.doc_id
        self.name = urlsplit(slot.sas_url).path.rpartition("/")[2]

    def put(self, content: bytes) -> Self:
        """Send the file by its link."""
        requests.put(self.slot.sas_url, content, headers=self.slot.headers, timeout=10).raise_for_status()
        return self

    def expire(self) -> Self:
        """Let the link's time be over."""
        self.world.owner.execute(
            "UPDATE document_version SET expires_at = now() - interval '1 s' WHERE doc_id = %s", [self.doc_id]
        )
        return self

    def check(self, content: bytes) -> Self:
        """Let the blob trigger deliver the file."""
        self.world.run(check_upload, self.name, content)
        return self

    @property
    def document(self) -> Any:
        """The document as an Admin sees it."""
        return self.world.data(get_document, ADMIN, doc_id=self.doc_id)

    @property
    def state(self) -> str:
        """Where the document stands."""
        return str(self.document["state"])

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Who was told that it is refused, and in which words."""
        told = "SELECT user_id, message FROM notification WHERE type = 'uploadRefused' AND data ->> 'docId' = %s"
        return [(user_id, message) for user_id, message in self.world.rows(told, self.doc_id)]

    @property
    def entries(self) -> list[Any]:
        """The lead's timeline entries about it."""
        page = self.world.data(get_timeline, CP_1, lead_id=self.lead_id)
        return [entry for entry in page["items"] if entry["after"].get("docId") == self.doc_id]


def along(world: World, caller: Caller, door: Callable[..., Any], /, content: bytes, **asked: Any) -> Any:
    """A file that comes along with its request; the document as it is answered."""
    ask = REGISTRY[door].ask.model_validate(BILL | asked)
    assert isinstance(ask, FileAsk)
    ask.take(content)
    ctx = world.context(caller)
    try:
        ctx.begin()
        return json.loads(door(ask, ctx).data)
    finally:
        ctx.rollback()


def sent(upload: Upload, content: bytes) -> Upload:
    """A file that was sent, and what the check makes of it."""
    return upload.put(content).check(content)


def active(world: World, lead_id: str) -> int:
    """How many of its places a lead uses."""
    return int(world.data(list_lead_documents, CP_1, lead_id=lead_id)["activeCount"])
