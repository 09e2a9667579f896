"""Deactivate a channel partner, or refuse its registration: it is out at once (api.md 2.8, rules.md 2.3)."""

from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, network, people, sessions
from shared_code.wire import Ask, Json
from shared_code.wire.fields import CpId, Reason
from shared_code.wire.people import ChannelPartner


class Deactivation(Ask):
    """Why a partner is out; it stands in the audit."""

    cp_id: CpId
    reason: Annotated[Reason, Field(examples=["The contract has ended."])]


@endpoint(
    "PATCH",
    "channelPartners/{cpId:regex(^CP-[0-9]+$)}/deactivate",
    PERMISSIONS[Action.MASTER_WRITE],
    refusals=("OPEN_LEADS",),
)
def deactivate_channel_partner(ask: Deactivation, ctx: Context) -> Json[ChannelPartner]:
    """Deactivate a partner, or refuse its registration. Its sessions end.

    While it has leads that are neither Executed nor lost it is 409, with their number in `details.count`; reassign them
    first. Again is 200 and changes nothing.
    """
    # Whoever gives it a lead at the same time locks the same account: the lead is counted, or the partner refused.
    locked = accounts.lock(ctx.db, ask.cp_id, Role.CP)
    counted = network.open_leads(ctx.db, ask.cp_id)
    partner = locked.fetchone()
    if partner is None:
        raise not_found("channel partner")
    is_news = partner.status != "deactivated"
    if is_news and (count := ctx.there(counted.fetchone())):
        raise Refusal("OPEN_LEADS", f"Reassign its open leads first: {count}.", {"count": count})
    with ctx.finish() as last:
        if is_news:
            accounts.set_status(last, ask.cp_id, "deactivated")
            accounts.note(last, ask.cp_id, f"deactivated: {ask.reason}")
            sessions.end_all(last, ask.cp_id, "account")
        found = people.channel_partner(last, ctx.caller, ask.cp_id)
    return Json(ctx.there(found.fetchone()))
