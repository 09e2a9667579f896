"""Check an uploaded file and accept or refuse it, as soon as it is there (rules.md 6.3-6.5)."""

from shared_code.context import Context
from shared_code.documents import intake, quarantine
from shared_code.triggers import on_blob, on_queue


@on_blob("uploads/{name}", connection="UPLOADS_STORAGE")
def check_upload(name: str, content: bytes, ctx: Context) -> None:
    """Check the blob `uploads/name`. It may run twice or late for the same blob, with one outcome (I11)."""
    quarantine.check(ctx, name, content)


@on_queue("webjobs-blobtrigger-poison", connection="UPLOADS_STORAGE")
def give_up_check(name: str, ctx: Context) -> None:
    """Refuse a blob whose check failed again and again."""
    quarantine.give_up(ctx, name, *intake.COULD_NOT)
