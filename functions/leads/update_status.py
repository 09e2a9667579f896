"""Move a lead along its statuses; Executed opens the partner's commission (rules.md 1, 4; api.md 2.2)."""

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
from shared_code.sql.pool import Db, Rows
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
    """The status a lead is to have, and what that needs (rules.md 1.4).

    Remarks of 10 characters are needed for all. A follow-up date, from today to today + 30 days, is needed for In
    Discussion, Physical Meeting Assigned, Customer Accepted and Pending at Solarium; for Won and Under Execution it is
    tomorrow unless it is sent; Executed and the losses clear it. Won, Pending at Solarium and Executed need a
    quotationRef, Under Execution and Executed a tokenNumber; what is set already need not be sent again.
    """

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
    new_status: Annotated[
        Status, Field(validation_alias=AliasChoices("newStatus", "status"), description="where it goes, or stays")
    ]
    remarks: Annotated[LongText | None, Field(description="at least 10 characters")] = None
    follow_up_date: Annotated[Day | None, Field(description="today to today + 30 days in India")] = None
    quotation_ref: Annotated[
        QuotationReference | None,
        Field(description="a quotation of this lead that is not rejected; if one is accepted, that one"),
    ] = None
    token_number: TokenNumber | None = None
    override: Annotated[bool, Field(description="any status to any other; by Admin and KAM alone")] = False
    override_reason: Annotated[
        LongText | None, Field(description="for an override: at least 10 characters, here or in remarks")
    ] = None
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
    """Move a lead to another status, or leave it where it is with new remarks or another follow-up.

    A status that is neither its own nor among its `allowedNextStatuses` is 422. A customer moves a lead by accepting a
    quotation alone: even an allowed status is 403 for it. Executed opens the commission. Of concurrent moves each is
    judged against the status it finds; none fails for coming second. The timeline is written, partner and KAM are told,
    and the customer of Customer Accepted, Won, Under Execution and Executed.

    An Admin and a KAM with `override` and a reason move it from any status to any other, without what that one needs.
    """
    locked = leads.lock(ctx.db, ctx.caller, ask.lead_id)
    quotations = leads.quotation_statuses(ctx.db, ask.lead_id)
    former = commissions.of_lead(ctx.db, ask.lead_id)
    lead = ctx.found(locked.fetchone(), "lead", ask.lead_id)
    move = _decide(lead, quotations, ask, ctx)
    commission = former.fetchone()
    with ctx.finish() as last:
        moved = lead_changes.move(last, ctx.caller, lead, move, ctx.settings.feature_customer_accepted)
        if move.executed:
            _open_commission(last, ctx, lead, move, commission)
        if move.undone:
            _undo_commission(last, ctx, lead, move, commission)
        news.lead_moved(last, ctx.caller, lead.lead_id, move)
    return Json(ctx.there(moved.fetchone()))


def _decide(lead: leads.Locked, quotations: "Rows[tuple[str, str]]", ask: StatusChange, ctx: Context) -> Move:
    references = lead.quotation_ref, lead.token_number
    try:
        check_version(ctx, lead, ask.expected_version)
        standing = Standing(Status(lead.status), *references, lead.follow_up_date, dict(quotations.fetchall()))
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
