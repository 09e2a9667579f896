"""Activate a channel partner: it can sign in, and is told so (api.md 2.8, rules.md 7)."""

from shared_code import messages, news
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import outbox, people
from shared_code.wire import Json
from shared_code.wire.people import ChannelPartner, OnePartner


@endpoint("PATCH", "channelPartners/{cpId:regex(^CP-[0-9]+$)}/activate", PERMISSIONS[Action.MASTER_WRITE])
def activate_channel_partner(ask: OnePartner, ctx: Context) -> Json[ChannelPartner]:
    """Let a pending or deactivated partner in and tell it by SMS and mail. Once more changes nothing."""
    activated = people.activate_partner(ctx.db, ask.cp_id).fetchone()
    with ctx.finish() as last:
        if activated is not None:
            outbox.write(last, "sms", "cpApproved", activated.phone, {})
            if activated.email:
                outbox.write(last, "email", "cpApproved", activated.email, {"name": activated.name})
            news.partner_activated(last, ask.cp_id)
        found = people.channel_partner(last, ctx.caller, ask.cp_id)
    if activated is not None:
        ctx.after_commit(lambda: messages.send_due(ctx.settings, ctx.pool, ctx.request_id, ctx.request_id))
    return Json(ctx.found(found.fetchone(), "channel partner", ask.cp_id))
