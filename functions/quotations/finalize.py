"""Finalise a quotation: priced on the server, its PDF stored for ever, then frozen (rules.md 3; api.md 2.3)."""

import logging
from dataclasses import replace

from shared_code import log
from shared_code.adapters import blobs, quotation_pdf
from shared_code.adapters.blobs import Stored
from shared_code.adapters.quotation_pdf import PrintError, QuotationSheet
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import news
from shared_code.quotations.offers import Configuration, breakdown_of, inputs_of, offer_of
from shared_code.quotations.sheets import sheet_of
from shared_code.rules import pricing, pricing_inputs
from shared_code.rules.lead_status import Status
from shared_code.rules.pricing import Price
from shared_code.rules.pricing_inputs import Inputs
from shared_code.rules.quotation_life import Say, check_create, pdf_name, valid_until
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import leads, quotation_inputs, quotations, timeline
from shared_code.sql.pool import Db
from shared_code.sql.quotation_inputs import Terms
from shared_code.sql.quotations import NewQuotation, Site
from shared_code.wire import Json
from shared_code.wire.quotations import Quotation


@endpoint(
    "POST",
    "quotations",
    PERMISSIONS[Action.QUOTATION_OFFER],
    created=True,
    refusals=(
        "RULE_VIOLATION",
        "MASTER_DATA_MISSING",
        "LEAD_CLOSED",
        "QUOTATION_ALREADY_ACCEPTED",
        "STALE_VERSION",
        "NOT_FOUND",
        "OUT_OF_SCOPE",
        "PDF_FAILED",
        "PROVIDER_BUSY",
        "STORAGE_FAILED",
    ),
)
def finalize_quotation(ask: Configuration, ctx: Context) -> Json[Quotation]:
    """Make a quotation: priced on the server, its PDF stored, and frozen.

    A failure on the way leaves none. What is out of bounds is 422. 409: the lead is Under Execution, Executed or lost;
    has an accepted quotation; was given to another customer meanwhile (`STALE_VERSION`: make it again).
    """
    choice, say = ask.choice, Say(ctx.caller.role, ask.override, ask.override_reason)
    with ctx.pause() as db:
        found = quotations.site(db, ctx.caller, ask.lead_id)
        next_reference = quotations.next_reference(db)
        master = quotation_inputs.for_quotation(db, ctx.now, choice)
    site = ctx.found(found.fetchone(), "lead", ask.lead_id)
    check_create(Status(site.status), site.accepted_ref, say)
    inputs, terms = inputs_of(ask, ctx.there(master.fetchone()))
    price = pricing.price(inputs)
    pricing.check_client_figures(price, ask.system_kw, ask.system_price, ask.final_price)
    new = _stored(ask, ctx, ctx.there(next_reference.fetchone()), site, inputs, price, terms)
    caller = ctx.caller
    locked, accepted = ctx.begin_with(
        lambda db: (leads.lock(db, caller, ask.lead_id), quotations.accepted_ref(db, ask.lead_id))
    )
    lead = ctx.found(locked.fetchone(), "lead", ask.lead_id)
    if lead.customer_id != site.customer_id:  # whose name is on the PDF
        raise Refusal("STALE_VERSION", f"{ask.lead_id} was given to another customer meanwhile; make it again.")
    former = accepted.fetchone()
    check_create(Status(lead.status), former, say)
    overrides = former is not None
    new = replace(new, cp_id=lead.assigned_to)
    with ctx.finish() as last:
        created = quotations.create(last, ctx.caller, new)
        _record(last, ctx, new, ask.override_reason if overrides else None)
    return Json(ctx.there(created.fetchone()))


def _stored(
    ask: Configuration, ctx: Context, reference: str, site: Site, inputs: Inputs, price: Price, terms: Terms
) -> NewQuotation:
    """The row of a quotation, whose PDF is rendered and stored by now (I7)."""
    name = pdf_name(ctx.settings.environment, ctx.today, reference)
    until = valid_until(ctx.today, terms.quotation_validity_days)
    stored = _print(ctx, name, sheet_of(reference, ctx.today, until, site, inputs, price, terms))
    return NewQuotation(
        quotation_reference=reference,
        lead_id=site.lead_id,
        customer_id=site.customer_id,
        cp_id=site.assigned_to,
        status="Shared" if ask.share_with_customer else "Created",
        state=inputs.state_code,
        discom=inputs.discom.name,
        phase=inputs.phase.value,
        system_kw=price.system_kw,
        system_price=price.system_price,
        final_price=price.final_price,
        dealer_add_on_per_kw=price.dealer_add_on_per_kw,
        dealer_add_on_total=price.dealer_add_on_total,
        inputs=pricing_inputs.to_json(inputs),
        offer=offer_of(inputs, price).model_dump_json(),
        breakdown=breakdown_of(price).model_dump_json(),
        valid_until=until,
        pdf_blob=name,
        pdf_sha256=stored.sha256,
        pdf_size=stored.size_bytes,
        created_by=ctx.caller.user_id,
        created_at=ctx.now,
        shared_at=ctx.now if ask.share_with_customer else None,
    )


def _print(ctx: Context, name: str, sheet: QuotationSheet) -> Stored:
    """Render the PDF and store it for ever under a name that was never used."""
    try:
        pdf = quotation_pdf.render(sheet)
    except PrintError as error:
        log.event("pdf_failed", level=logging.ERROR, reason=error.reason, requestId=ctx.request_id)
        raise Refusal("PDF_FAILED", "The PDF could not be made. Nothing was stored; please try again.") from error
    tags = {"docType": "quotation", "reference": sheet.reference}
    return blobs.put_once(ctx.settings, "quotations", name, pdf, "application/pdf", tags)


def _record(last: Db, ctx: Context, new: NewQuotation, reason: str | None) -> None:
    """The timeline's entries, and the customer's news where the quotation is shared at once."""
    about = {"quotationReference": new.quotation_reference}
    after, overrides = about | {"finalPrice": new.final_price}, reason is not None
    timeline.add(last, ctx.caller, new.lead_id, "quotationCreated", after, reason=reason, override=overrides)
    if new.shared_at is not None:
        timeline.add(last, ctx.caller, new.lead_id, "quotationShared", about)
        news.quotation_shared(last, new.lead_id, new.quotation_reference)
