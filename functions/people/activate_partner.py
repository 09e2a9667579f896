"""Activate a channel partner: it can sign in, and is told so (api.md 2.8, rules.md 7)."""

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.messaging import welcome
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import network, people
from shared_code.wire import Json
from shared_code.wire.people import ChannelPartner, OnePartner


@endpoint("PATCH", "channelPartners/{cpId:regex(^CP-[0-9]+$)}/activate", PERMISSIONS[Action.MASTER_WRITE])
def activate_channel_partner(ask: OnePartner, ctx: Context) -> Json[ChannelPartner]:
    """Let a pending or deactivated partner in.

    It is told in the app, by SMS, and by mail if it has an address. Again is 200 and changes nothing.
    """
    activated = network.activate_partner(ctx.db, ask.cp_id).fetchone()
    with ctx.finish() as last:
        if activated is not None:
            welcome.partner(ctx, last, ask.cp_id)
        found = people.channel_partner(last, ctx.caller, ask.cp_id)
    return Json(ctx.found(found.fetchone(), "channel partner", ask.cp_id))
