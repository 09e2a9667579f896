"""Say which KAM looks after which partners, one by one or many at once (api.md 2.8, rules.md 2.3)."""

from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.messaging import news
from shared_code.rules.kam_assignment import MOST, Mode, check_kam, decide
from shared_code.rules.scope import PERMISSIONS, Action
from shared_code.sql import network, people
from shared_code.wire import Ask, Json
from shared_code.wire.fields import CpId, KamId
from shared_code.wire.people import ChannelPartner, Kam


class KamOfPartner(Ask):
    """A partner and the KAM that is to look after it."""

    cp_id: CpId
    kam_id: KamId


class PartnersOfKam(Ask):
    """Partners to be given to a KAM, to be taken from it, or to be all that it has."""

    kam_id: KamId
    cp_ids: Annotated[list[CpId], Field(max_length=MOST, description="one named twice is one")]
    mode: Annotated[Mode, Field(description="replace: these and no others")]


@endpoint(
    "PATCH",
    "channelPartners/{cpId:regex(^CP-[0-9]+$)}/assignKam",
    PERMISSIONS[Action.MASTER_WRITE],
    refusals=("RULE_VIOLATION",),
)
def assign_kam(ask: KamOfPartner, ctx: Context) -> Json[ChannelPartner]:
    """Give a partner, and with it all its leads, to a KAM.

    From the next request on they are in that KAM's scope and in no other's. Partner and KAM are told. The KAM that it
    has already changes nothing; one that is unknown or not active is 422.
    """
    locked = network.lock_kam(ctx.db, ask.kam_id)
    held = network.lock_partners(ctx.db, [ask.cp_id]).fetchone()
    if held is None:
        raise not_found("channel partner")
    kam = check_kam(locked.fetchone(), ask.kam_id)
    with ctx.finish() as last:
        if held.kam_id != kam.kam_id:
            network.assign(last, [ask.cp_id], kam.kam_id)
            news.kam_assigned(last, kam.kam_id, kam.name, [ask.cp_id])
        found = people.channel_partner(last, ctx.caller, ask.cp_id)
    return Json(ctx.there(found.fetchone()))


@endpoint(
    "PATCH",
    "kams/{kamId:regex(^KAM-[0-9]+$)}/assignCps",
    PERMISSIONS[Action.MASTER_WRITE],
    refusals=("RULE_VIOLATION",),
)
def assign_channel_partners(ask: PartnersOfKam, ctx: Context) -> Json[Kam]:
    """Give many partners to a KAM, take them from it, or say which it has: all of it, or nothing.

    Each partner that gets this KAM is told, and the KAM once. To take away a partner of another KAM changes nothing.
    Unknown partners are 422, and so is giving to a KAM that is not active.
    """
    locked = network.lock_kam(ctx.db, ask.kam_id)
    partners = network.lock_partners(ctx.db, ask.cp_ids, ask.kam_id if ask.mode == "replace" else None)
    kam = locked.fetchone()
    if kam is None:
        raise not_found("KAM")
    assignment = decide(kam, ask.mode, ask.cp_ids, partners.fetchall())
    with ctx.finish() as last:
        network.assign(last, assignment.taken, None)
        network.assign(last, assignment.given, kam.kam_id)
        news.kam_assigned(last, kam.kam_id, kam.name, assignment.given)
        found = people.kam(last, ctx.caller, kam.kam_id)
    return Json(ctx.there(found.fetchone()))
