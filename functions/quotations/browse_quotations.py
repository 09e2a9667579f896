"""Browse quotations in scope, and read a quotation's PDF (api.md 2.3)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.adapters import blobs
from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.sql import quotation_views
from shared_code.wire import Json, Page
from shared_code.wire.fields import CpId, Figure, LeadId, Many, PageAsk, Search
from shared_code.wire.quotations import OneQuotation, PdfLink, Quotation, WholeQuotation


class QuotationFilters(PageAsk):
    """What a list of quotations can be narrowed by. `search`: customer's name, reference, lead; capacities in kW."""

    sort_by: Literal["createdAt", "customerName", "status"] | None = None
    lead_id: LeadId | None = None
    status: Many[Literal["Created", "Shared", "Accepted", "Rejected"]] = ()
    cp_id: CpId | None = None
    shared_with_customer: Annotated[
        bool | None, Field(description="true: only those that were shared; false: only the others")
    ] = None
    min_kw: Annotated[Figure | None, Field(description="systems of at least so many kW")] = None
    max_kw: Annotated[Figure | None, Field(description="systems of at most so many kW")] = None
    search: Search | None = None


@endpoint("GET", "quotations", EVERYONE)
def list_quotations(ask: QuotationFilters, ctx: Context) -> Json[Page[Quotation]]:
    """List the quotations in the caller's scope, newest first; a customer's are those that were shared.

    `search` looks at the customer's name, the quotation's reference and the lead's id.
    """
    with ctx.finish() as last:
        page = quotation_views.page(last, ctx.caller, quotation_views.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "quotations/{quotationId:regex(^QUOT-[0-9]+$)}", EVERYONE)
def get_quotation(ask: OneQuotation, ctx: Context) -> Json[WholeQuotation]:
    """Show one quotation as it was made.

    `inputs` is everything that it was priced with, `breakdown` its lines; a customer sees neither.
    """
    with ctx.finish() as last:
        found = quotation_views.whole(last, ctx.caller, ask.quotation_id)
    return Json(ctx.found(found.fetchone(), "quotation", ask.quotation_id))


@endpoint("GET", "quotations/{quotationId:regex(^QUOT-[0-9]+$)}/pdf", EVERYONE, refusals=("STORAGE_FAILED",))
def get_quotation_pdf(ask: OneQuotation, ctx: Context) -> PdfLink:
    """Get a link that reads the quotation's stored PDF for 30 minutes, with its hash."""
    with ctx.finish() as last:
        found = quotation_views.pdf(last, ctx.caller, ask.quotation_id)
    pdf = ctx.found(found.fetchone(), "quotation", ask.quotation_id)
    until = ctx.now + blobs.LINK_LIFE
    url = blobs.read_link(ctx.settings, "quotations", pdf.pdf_blob, until, f"{ask.quotation_id}.pdf")
    return PdfLink(url=url, expires_at=until, sha256=pdf.pdf_sha256, size_bytes=pdf.pdf_size)
