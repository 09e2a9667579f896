"""Check an uploaded file and accept or refuse it; the only way from quarantine to what is served (rules.md 6.3-6.5)."""

from shared_code import news
from shared_code.adapters import blobs, upload_check
from shared_code.context import Context
from shared_code.rules import uploads
from shared_code.sql import documents, timeline
from shared_code.triggers import on_blob, on_queue

OVER = ("Accepted", "Rejected")
TOO_LATE = ("TOO_LATE", "The file came after its time; please send it again.")
COULD_NOT = ("CHECK_FAILED", "The file could not be checked; please send it again.")


@on_blob("uploads/{name}", connection="UPLOADS_STORAGE")
def check_upload(name: str, content: bytes, ctx: Context) -> None:
    """Check the blob `uploads/name`. It may run twice or late for the same blob, with one outcome (I11)."""
    with ctx.finish() as last:
        begun = documents.start_check(last, name)
    upload = begun.fetchone()
    if upload is None or upload.state in OVER:
        blobs.remove_upload(ctx.settings, name)
        return
    if upload.is_late:
        _refuse(ctx, name, upload, *TOO_LATE)
        return
    verdict = upload_check.check(content, upload.content_type)
    if verdict.accepted and verdict.content is not None:
        _accept(ctx, name, upload, verdict.content)
    else:
        _refuse(ctx, name, upload, verdict.reason or COULD_NOT[0], verdict.sentence or COULD_NOT[1])


@on_queue("webjobs-blobtrigger-poison", connection="UPLOADS_STORAGE")
def give_up_check(name: str, ctx: Context) -> None:
    """Refuse a blob whose check failed again and again."""
    with ctx.finish() as last:
        begun = documents.start_check(last, name)
    upload = begun.fetchone()
    if upload is None or upload.state in OVER:
        blobs.remove_upload(ctx.settings, name)
    else:
        _refuse(ctx, name, upload, *COULD_NOT)


def _accept(ctx: Context, name: str, upload: documents.Upload, checked: bytes) -> None:
    """Store the checked bytes, no others, then say so."""
    kind = next(kind for kind in uploads.FILE_TYPES if kind.content_type == upload.content_type)
    target = uploads.stored_name(ctx.settings.environment, ctx.today, upload.doc_id, upload.version, kind)
    tags = {"docType": upload.doc_type, "reference": upload.lead_id or upload.doc_id}
    stored = blobs.put_once(ctx.settings, "docs", target, checked, kind.content_type, tags)
    ctx.begin()
    came_first = documents.accept(ctx.db, name, target, stored.size_bytes, stored.sha256).fetchone()
    with ctx.finish() as last:
        if came_first and upload.lead_id:
            timeline.add(
                last, None, upload.lead_id, "documentAdded", {"docId": upload.doc_id, "docType": upload.doc_type}
            )
    blobs.remove_upload(ctx.settings, name)


def _refuse(ctx: Context, name: str, upload: documents.Upload, code: str, sentence: str) -> None:
    ctx.begin()
    came_first = documents.refuse(ctx.db, name, code, sentence).fetchone()
    with ctx.finish() as last:
        if came_first:
            news.upload_refused(last, upload.uploaded_by, upload.doc_id, upload.lead_id, upload.doc_type, sentence)
    blobs.remove_upload(ctx.settings, name)
