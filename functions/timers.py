"""What the clock does: send what waits in the outbox, compare PDFs with their rows."""

import logging

from shared_code import log, messages, reconciliation
from shared_code.context import Context
from shared_code.triggers import on_timer


@on_timer("*/30 * * * * *")
def send_outbox(ctx: Context) -> None:
    """Send the messages that are due (rules.md 7)."""
    ctx.commit()
    sent = messages.send_due(ctx.settings, ctx.pool, ctx.request_id)
    log.event("outbox_sent", count=sent, requestId=ctx.request_id)


@on_timer("0 30 21 * * *")  # 03:00 in India
def compare_quotation_pdfs(ctx: Context) -> None:
    """Report PDFs of quotations without a row, which a crash leaves, and rows without their PDF, which must never be.

    Such a PDF is never served and cannot be deleted before its retention ends (data.md, I7).
    """
    ctx.commit()
    found = reconciliation.compare(ctx)
    log.event(
        "quotation_pdfs_compared",
        level=logging.ERROR if found.without_pdf.count else logging.INFO,
        pdfs=found.pdfs,
        rows=found.rows,
        orphans=found.orphans.count,
        lastOrphans=list(found.orphans.last),
        withoutPdf=found.without_pdf.count,
        lastWithoutPdf=list(found.without_pdf.last),
        requestId=ctx.request_id,
    )
