"""What the clock does: send what waits, remind of follow-ups, clean up, compare PDFs with their rows."""

import logging

from shared_code import keeping, log
from shared_code.context import Context
from shared_code.messaging import news, outbox
from shared_code.quotations import reconciliation
from shared_code.triggers import on_timer


@on_timer("*/30 * * * * *")
def send_outbox(ctx: Context) -> None:
    """Send the messages that are due (rules.md 7)."""
    ctx.commit()
    if sent := outbox.send_due(ctx):
        log.event("outbox_sent", count=sent, requestId=ctx.request_id)


@on_timer("0 30 3 * * *")  # 09:00 in India
def tell_overdue_follow_ups(ctx: Context) -> None:
    """Tell partners and KAMs how many follow-ups are overdue, once a day though this may run twice (rules.md 7)."""
    with ctx.finish() as last:
        told = news.follow_ups_overdue(last, ctx.today, ctx.now)
    log.event("overdue_follow_ups_told", people=len(told.fetchall()), requestId=ctx.request_id)


@on_timer("0 30 20 * * *")  # 02:00 in India
def clean_up(ctx: Context) -> None:
    """Remove what nobody needs any more: codes, limits, kept answers, old sessions and messages (rules.md 8)."""
    ctx.commit()
    log.event("cleaned_up", removed=keeping.clean_up(ctx), requestId=ctx.request_id)


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
