"""Judges what lies in quarantine: the only way from an upload to what is served (rules.md 6.3-6.5)."""

from dataclasses import replace

from shared_code.adapters import blobs, scanners, upload_check
from shared_code.adapters.scanners import Said
from shared_code.context import Context
from shared_code.documents import intake
from shared_code.documents.intake import COULD_NOT, MALWARE
from shared_code.messaging import news
from shared_code.rules import uploads
from shared_code.sql import checks
from shared_code.sql.checks import Outcome, Upload
from shared_code.sql.uploads import Home, point_to

OVER = ("Accepted", "Rejected")
TOO_LARGE = ("FILE_TOO_LARGE", "Your file is larger than 10 MB.")
TOO_LATE = ("TOO_LATE", "The file came after its time; please send it again.")
LOCKED = ("KYC_LOCKED", "The paper was approved before this file came; nothing more is needed.")


def check(ctx: Context, name: str, content: bytes) -> None:
    """Check the blob `uploads/name`. It may run twice or late for the same blob, with one outcome (I11)."""
    upload = _begun(ctx, name)
    if upload is None or _withheld(ctx, name, upload):
        return
    said = scanners.ask(ctx.settings, name, content)
    if said is Said.MALICIOUS:
        _refuse(ctx, name, upload, *MALWARE)
    elif said is Said.CLEAN:  # without a verdict it stays in Checking, and is asked about again
        _judge(ctx, name, upload, content)


def give_up(ctx: Context, name: str, code: str, sentence: str) -> None:
    """Refuse the blob `uploads/name` unread, unless it has its outcome."""
    upload = _begun(ctx, name)
    if upload is not None:
        _refuse(ctx, name, upload, code, sentence)


def _begun(ctx: Context, name: str) -> Upload | None:
    """What the blob is, its check begun; one that has its outcome, or that nobody waits for, is removed."""
    with ctx.finish() as last:
        begun = checks.start(last, name)
    upload = begun.fetchone()
    if upload is not None and upload.state not in OVER:
        return upload
    blobs.remove_upload(ctx.settings, name)
    return None


def _withheld(ctx: Context, name: str, upload: Upload) -> bool:
    """Whether there is no place for it any more, so that it is refused whatever is in it."""
    if upload.is_late:
        _refuse(ctx, name, upload, *TOO_LATE)
    elif upload.is_locked:
        _refuse(ctx, name, upload, *LOCKED)
    return upload.is_late or upload.is_locked


def _judge(ctx: Context, name: str, upload: Upload, content: bytes) -> None:
    kind = uploads.recognise(content[: uploads.SIGNATURE_BYTES])
    declared = upload.content_type or (kind.content_type if kind else "")
    verdict = upload_check.check(content, declared)
    if kind is None or verdict.content is None:
        _refuse(ctx, name, upload, verdict.reason or COULD_NOT[0], verdict.sentence or COULD_NOT[1])
    else:
        _accept(ctx, name, upload, kind, verdict.content)


def _accept(ctx: Context, name: str, upload: Upload, kind: uploads.FileType, checked: bytes) -> None:
    """Store the checked bytes, no others, then say so."""
    home = Home(upload.lead_id, upload.customer_id, upload.doc_type, upload.doc_id, upload.version, replaces=False)
    target = uploads.stored_name(ctx.settings.environment, ctx.today, home.doc_id, home.version, kind)
    stored = blobs.put_once(ctx.settings, "docs", target, checked, kind.content_type, intake.tags_of(home))
    unnamed = f"{home.doc_id}.{kind.extension}"
    outcome = Outcome(unnamed, kind.content_type, target, stored.size_bytes, stored.sha256)
    ctx.begin()
    replaces = checks.accept(ctx.db, name, outcome).fetchone()
    if replaces is None:
        _came_second(ctx, name)
        return
    with ctx.finish() as last:
        point_to(last, home.doc_id, home.version)
        intake.record(last, upload.uploader, replace(home, replaces=replaces))
    blobs.remove_upload(ctx.settings, name)


def _came_second(ctx: Context, name: str) -> None:
    """Another run wrote the outcome, or the document was deleted or approved while the file was checked."""
    ctx.begin()
    upload = _begun(ctx, name)
    if upload is not None:
        _withheld(ctx, name, upload)


def _refuse(ctx: Context, name: str, upload: Upload, code: str, sentence: str) -> None:
    """Write the bad outcome and tell the uploader; the blob goes."""
    ctx.begin()
    came_first = checks.refuse(ctx.db, name, code, sentence).fetchone()
    with ctx.finish() as last:
        if came_first:
            news.upload_refused(last, upload.uploaded_by, upload.doc_id, upload.lead_id, upload.doc_type, sentence)
    blobs.remove_upload(ctx.settings, name)
