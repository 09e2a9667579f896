"""How a file is taken in: a place is reserved for it, or it comes along and is checked at once (rules.md 6)."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from shared_code.adapters import blobs, scanners, upload_check
from shared_code.adapters.scanners import Said, ScannerError
from shared_code.context import Context
from shared_code.messaging import news
from shared_code.rules import kyc as papers
from shared_code.rules import uploads as rules
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Caller
from shared_code.rules.uploads import DocumentState
from shared_code.sql import documents, kyc, leads, timeline, uploads
from shared_code.sql.pool import Db
from shared_code.sql.uploads import Checked, Home, Slot, Standing
from shared_code.wire import Json
from shared_code.wire.documents import Document, FileAsk, UploadSlot

# Locks the home of a file, finds that there is room for it, and says where it belongs. Raises what forbids it.
Place = Callable[[Context], Home]
MALWARE = ("MALWARE", "Your file contains malware. Please do not send it again.")
COULD_NOT = ("CHECK_FAILED", "The file could not be checked; please send it again.")
REFUSALS = ("FILE_TOO_LARGE", "UNSUPPORTED_FILE_TYPE", "STORAGE_FAILED")


def of_lead(lead_id: str, doc_type: str | None) -> Place:
    """One of a lead's seven places. Raises `DOCUMENT_LIMIT_EXCEEDED`."""
    kind = rules.lead_doc_type(doc_type)

    def place(ctx: Context) -> Home:
        locked = leads.lock(ctx.db, ctx.caller, lead_id)
        active = documents.active_count(ctx.db, lead_id)
        new_id = uploads.next_id(ctx.db)
        ctx.found(locked.fetchone(), "lead", lead_id)
        rules.check_slot(active.fetchone() or 0)
        return Home(lead_id, None, kind, ctx.there(new_id.fetchone()), 1, replaces=False)

    return place


def of_customer(customer_id: str, doc_type: str | None) -> Place:
    """A customer's paper: the next version of the one it has of that type. Raises `KYC_LOCKED`."""
    kind = papers.kyc_type(doc_type)

    def place(ctx: Context) -> Home:
        locked = uploads.lock_customer(ctx.db, ctx.caller, customer_id)
        known = uploads.paper(ctx.db, customer_id, kind) if papers.is_single(kind) else None
        new_id = uploads.next_id(ctx.db)
        ctx.found(locked.fetchone(), "customer", customer_id)
        standing = known.fetchone() if known else None
        if standing is None:
            return Home(None, customer_id, kind, ctx.there(new_id.fetchone()), 1, replaces=False)
        return _next(standing)

    return place


def of_document(doc_id: str) -> Place:
    """The next version of a document. Raises `KYC_LOCKED`, `DOCUMENT_STATE`, `DOCUMENT_LIMIT_EXCEEDED`."""

    def place(ctx: Context) -> Home:
        standing, active = standing_of(ctx, doc_id)
        rules.check_replaceable(DocumentState(standing.state))
        if standing.lead_id and standing.state == DocumentState.REJECTED:  # it had given its place away
            rules.check_slot(active)
        return _next(standing)

    return place


def standing_of(ctx: Context, doc_id: str) -> tuple[Standing, int]:
    """A document in scope behind its home's lock, and how many of its lead's places are taken."""
    uploads.lock_home(ctx.db, doc_id)
    found = uploads.standing(ctx.db, ctx.caller, doc_id)
    active = documents.active_beside(ctx.db, doc_id)
    return ctx.found(found.fetchone(), "document", doc_id), active.fetchone() or 0


def _next(standing: Standing) -> Home:
    papers.check_unlocked(standing.review)
    replaces = standing.current_version is not None
    return Home(
        standing.lead_id,
        standing.customer_id,
        standing.doc_type,
        standing.doc_id,
        standing.newest_version + 1,
        replaces=replaces,
    )


def take(ctx: Context, ask: FileAsk, place: Place) -> UploadSlot | Json[Document]:
    """A link to send the announced file to; where the file came along, the document that it has become."""
    if ask.content is not None:
        return _keep(ctx, ask, ask.content, place)
    return reserve(ctx, place, ask.file_name, ask.content_type, ask.file_size)


def reserve(
    ctx: Context, place: Place, file_name: str | None, content_type: str | None, size_bytes: int | None
) -> UploadSlot:
    """Reserve a place, and answer the link that can create this one file within half an hour."""
    slot = _slot(ctx, file_name, rules.check_declared(file_name, content_type, size_bytes), size_bytes)
    home = place(ctx)
    with ctx.finish() as last:
        uploads.reserve(last, home, slot)
    return UploadSlot(
        doc_id=home.doc_id,
        sas_url=blobs.upload_link(ctx.settings, slot.upload_blob, slot.expires_at),
        headers={"x-ms-blob-type": "BlockBlob"} | ({"Content-Type": slot.content_type} if slot.content_type else {}),
        expires_at=slot.expires_at,
        max_size_bytes=rules.LARGEST_BYTES,
    )


def _slot(ctx: Context, file_name: str | None, kind: rules.FileType | None, size_bytes: int | None) -> Slot:
    """Room for one file in quarantine, under a name that nobody can guess."""
    blob = f"{uuid.uuid4().hex}{'.' + kind.extension if kind else ''}"
    content_type = kind.content_type if kind else None
    return Slot(file_name, content_type, size_bytes, blob, ctx.now + blobs.LINK_LIFE, ctx.caller.user_id)


def _into_quarantine(ctx: Context, ask: FileAsk, content: bytes, kind: rules.FileType, place: Place) -> Json[Document]:
    """Put a file that came along where it is scanned, like one that is sent by a link; the answer does not wait."""
    slot, home = _slot(ctx, ask.file_name, kind, len(content)), place(ctx)
    uploads.reserve(ctx.db, home, slot)
    ctx.commit()  # or whoever checks would take the file for a stranger's
    blobs.put_once(ctx.settings, "uploads", slot.upload_blob, content, kind.content_type, {})
    ctx.begin()
    with ctx.finish() as last:
        document = documents.one(last, ctx.caller, home.doc_id)
    return Json(ctx.there(document.fetchone()))


def _keep(ctx: Context, ask: FileAsk, content: bytes, place: Place) -> Json[Document]:
    """Check a file before the answer; what is refused leaves no document. Nothing is checked for strangers."""
    declared = rules.check_declared(ask.file_name, ask.content_type, len(content))
    kind = rules.check_content(content[: rules.SIGNATURE_BYTES], declared)
    if ctx.settings.defender_verdict_required:
        return _into_quarantine(ctx, ask, content, kind, place)
    home = place(ctx)
    ctx.rollback()
    clean = _clean(ctx, content, kind)
    if home.version > 1:
        home = _drawn(ctx, place)
    name = rules.stored_name(ctx.settings.environment, ctx.today, home.doc_id, home.version, kind)
    stored = blobs.put_once(ctx.settings, "docs", name, clean, kind.content_type, tags_of(home))
    ctx.begin()
    home, caller = _still(home, place(ctx)), ctx.caller
    with ctx.finish() as last:
        checked = Checked(ask.file_name, kind.content_type, name, stored.size_bytes, stored.sha256, caller.user_id)
        uploads.keep(last, home, checked)
        record(last, caller, home)
        document = documents.one(last, caller, home.doc_id)
    return Json(ctx.there(document.fetchone()))


def _drawn(ctx: Context, place: Place) -> Home:
    """The next version under a number that nobody else gets, as with a new document's id: one name, one file."""
    ctx.begin()
    home = place(ctx)
    if home.version > 1:
        uploads.draw_version(ctx.db, home, ctx.caller.user_id)
    ctx.commit()
    return home


def _still(home: Home, now: Home) -> Home:
    """The place that a file was stored for, as it stands now. Raises `DOCUMENT_STATE` when it is gone."""
    if now.version > 1 if home.version == 1 else now.doc_id != home.doc_id:
        raise Refusal("DOCUMENT_STATE", "Another file came in at the same time. Look at it, then send yours again.")
    return replace(home, replaces=now.replaces)


def _clean(ctx: Context, content: bytes, kind: rules.FileType) -> bytes:
    """The bytes to keep instead of a file that came along. Raises `VALIDATION_ERROR`, saying why."""
    verdict = upload_check.check(content, kind.content_type)
    reason, sentence = verdict.reason, verdict.sentence
    if verdict.content is not None:
        try:
            if scanners.ask(ctx.settings, None, content) is Said.CLEAN:
                return verdict.content
            reason, sentence = MALWARE
        except ScannerError:
            reason, sentence = COULD_NOT
    raise Refusal("VALIDATION_ERROR", sentence or COULD_NOT[1], {"file": sentence, "reason": reason})


def tags_of(home: Home) -> dict[str, str]:
    """How the checked bytes are found again in storage."""
    return {"docType": home.doc_type, "reference": home.lead_id or home.doc_id}


def record(last: Db, uploader: Caller, home: Home) -> None:
    """A checked file is in: an entry of the lead's timeline, or of the customer's KYC log with news to who reviews."""
    if home.lead_id:
        action = "documentReplaced" if home.replaces else "documentAdded"
        about = {"docId": home.doc_id, "docType": home.doc_type, "version": home.version}
        timeline.add(last, uploader, home.lead_id, action, about)
    elif home.customer_id:
        kyc.note(last, uploader, home.doc_id, "replaced" if home.replaces else "uploaded", home.version)
        news.kyc_uploaded(last, uploader, home.customer_id, home.doc_id, home.doc_type)
