"""Move a lead along its statuses; Executed opens the partner's commission (rules.md 1, 4; api.md 2.2)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, ConfigDict, Field

from shared_code import log
from shared_code.context import Context
from shared_code.endpoints import EVERYONE, endpoint
from shared_code.messaging import news
from shared_code.rules.commission import CommissionStatus, OnExecuted, OnUndone, on_executed, on_undone
from shared_code.rules.lead_status import Move, Standing, Status, Wish, decide
from shared_code.rules.refusal import Refusal
from shared_code.sql import commissions, lead_changes, leads, timeline
from shared_code.sql.pool import Db
from shared_code.versions import check_version
from shared_code.wire import Ask, Json
from shared_code.wire.fields import Day, LeadId, LongText, QuotationReference, TokenNumber, Version
from shared_code.wire.kinds import way
from shared_code.wire.leads import Lead


def _older_name(schema: dict[str, Any]) -> None:
    older = {"deprecated": True, "description": "an older name of newStatus"}
    schema["properties"]["status"] = schema["properties"]["newStatus"] | older
    schema["required"].remove("newStatus")
    schema["oneOf"] = [way("newStatus"), way("status")]


class StatusChange(Ask):
    """The status a lead is to have, and what that needs (rules.md 1.4). `status` is an older name of `newStatus`."""

    model_config = ConfigDict(json_schema_extra=_older_name)
    examples: ClassVar = {
        "they want to think": {
            "newStatus": "In Discussion",
            "remarks": "They want to speak to their bank first.",
            "followUpDate": "2026-11-28",
        },
        "won": {"newStatus": "Won", "remarks": "They signed the quotation.", "quotationRef": "QUOT-1001"},
        "with an override": {
            "newStatus": "Executed",
            "override": True,
            "overrideReason": "Installed before this system was there.",
            "quotationRef": "QUOT-1001",
            "tokenNumber": "TOK-4711",
        },
    }

    lead_id: LeadId
    new_status: Annotated[Status, Field(validation_alias=AliasChoices("newStatus", "status"))]
    remarks: LongText | None = None
    follow_up_date: Day | None = None
    quotation_ref: QuotationReference | None = None
    token_number: TokenNumber | None = None
    override: bool = False
    override_reason: LongText | None = None
    expected_version: Version | None = None

    @property
    def wish(self) -> Wish:
        """The same for the rules."""
        return Wish(**self.model_dump(exclude={"lead_id", "expected_version"}))


@endpoint(
    "PATCH",
    "leads/{leadId:regex(^LEAD-[0-9]+$)}/status",
    EVERYONE,
    refusals=("INVALID_STATUS_TRANSITION", "RULE_VIOLATION", "REFERENCE_SET", "STALE_VERSION"),
)
def update_status(ask: StatusChange, ctx: Context) -> Json[Lead]:
    """Move a lead along its status matrix and write its timeline. Concurrent moves are taken one after the other."""
    locked = leads.lock(ctx.db, ctx.caller, ask.lead_id)
    quotations = leads.quotation_statuses(ctx.db, ask.lead_id)
    former = commissions.of_lead(ctx.db, ask.lead_id)
    lead = ctx.found(locked.fetchone(), "lead", ask.lead_id)
    check_version(ctx, lead, ask.expected_version)
    move = _decide(lead, dict(quotations.fetchall()), ask, ctx)
    commission = former.fetchone()
    with ctx.finish() as last:
        moved = lead_changes.move(last, ctx.caller, lead, move, ctx.settings.feature_customer_accepted)
        if move.executed:
            _open_commission(last, ctx, lead, move, commission)
        if move.undone:
            _undo_commission(last, ctx, lead, move, commission)
        news.lead_moved(last, ctx.caller, lead.lead_id, move)
    return Json(ctx.there(moved.fetchone()))


def _decide(lead: leads.Locked, quotations: Mapping[str, str], ask: StatusChange, ctx: Context) -> Move:
    standing = Standing(Status(lead.status), lead.quotation_ref, lead.token_number, lead.follow_up_date, quotations)
    try:
        return decide(standing, ask.wish, ctx.caller.role, ctx.today, ctx.settings.feature_customer_accepted)
    except Refusal as refusal:
        move = {"from": lead.status, "to": ask.new_status.value}
        who = ctx.caller.user_id
        log.event(
            "move_refused", leadId=lead.lead_id, userId=who, move=move, code=refusal.code, requestId=ctx.request_id
        )
        raise


def _open_commission(last: Db, ctx: Context, lead: leads.Locked, move: Move, former: commissions.Locked | None) -> None:
    """A new one, the cancelled one revived, the paid one kept, or none and the Admins are told (rules.md 4.1, 4.3)."""
    what = on_executed(CommissionStatus(former.status) if former else None, move.quotation_ref, lead.assigned_to)
    if what in (OnExecuted.OPEN, OnExecuted.REVIVE):
        commissions.open_for(last, ctx.caller, lead.lead_id)
        timeline.add(last, ctx.caller, lead.lead_id, "commissionOpened", {"commission": "Pending"})
        news.commission_opened(last, lead.lead_id)
    elif what is OnExecuted.MISS:
        commissions.note_missing(last, lead.lead_id)
        news.commission_missing(last, lead.lead_id)


def _undo_commission(last: Db, ctx: Context, lead: leads.Locked, move: Move, former: commissions.Locked | None) -> None:
    """A pending one is cancelled; an approved or paid one stays and the Admins are told (rules.md 4.3)."""
    what = on_undone(CommissionStatus(former.status) if former else None)
    if what is OnUndone.CANCEL:
        commissions.cancel(last, ctx.caller, lead.lead_id, move.reason)
        timeline.add(
            last,
            ctx.caller,
            lead.lead_id,
            "commissionCancelled",
            {"commission": "Cancelled"},
            {"commission": "Pending"},
        )
    elif what is OnUndone.TELL and former:
        news.commission_stays(last, lead.lead_id, former.commission_id, former.status)
