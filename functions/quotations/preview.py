"""Price a system without storing anything (api.md 2.3)."""

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.quotations.offers import Configuration, breakdown_of, inputs_of, offer_of
from shared_code.rules import pricing, quotation_life
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import quotation_inputs, quotations
from shared_code.wire.quotations import Preview


@endpoint(
    "POST",
    "quotations/preview",
    PERMISSIONS[Action.QUOTATION_OFFER],
    refusals=("RULE_VIOLATION", "MASTER_DATA_MISSING", "NOT_FOUND", "OUT_OF_SCOPE"),
)
def preview_quotation(ask: Configuration, ctx: Context) -> Preview:
    """Price a system for a lead, line by line, with subsidies and the contained GST; nothing is stored.

    What is out of bounds, or has no master data, is 422 as when the quotation is made.
    """
    choice = ask.choice
    with ctx.finish() as last:
        found = quotations.site(last, ctx.caller, ask.lead_id)
        master = quotation_inputs.for_quotation(last, ctx.now, choice)
    site = ctx.found(found.fetchone(), "lead", ask.lead_id)
    inputs, terms = inputs_of(ask, ctx.there(master.fetchone()))
    price = pricing.price(inputs)
    pricing.check_client_figures(price, ask.system_kw, ask.system_price, ask.final_price)
    return Preview(
        **dict(offer_of(inputs, price)),
        lead_id=site.lead_id,
        customer_id=site.customer_id,
        cp_id=site.assigned_to,
        valid_until=quotation_life.valid_until(ctx.today, terms.quotation_validity_days),
        breakdown=breakdown_of(price),
    )
