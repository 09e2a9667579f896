"""Browse leads: the list, one lead, its timeline, the summary; each in the caller's scope (api.md 2.2)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.lead_status import Status
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import lead_views, places, timeline
from shared_code.wire import Ask, Json, Nothing, Page
from shared_code.wire.fields import LeadId, Limit, Many, Offset, PageAsk, PersonSearch, Short, State
from shared_code.wire.leads import Lead, LeadDetail, LeadSummary, TimelineEntry

AssignedTo = Annotated[
    str, Field(pattern=r"^(CP-[0-9]{1,18}|unassigned)$", description="a partner's id; for an Admin also: unassigned")
]


class LeadFilters(PageAsk):
    """What a list of leads can be narrowed by. `assignedTo` may be `unassigned`; `search`: name, phone, id."""

    sort_by: Literal["createdAt", "updatedAt", "followUpDate", "customerName", "status"] | None = None
    status: Many[Status] = ()
    assigned_to: AssignedTo | None = None
    state: State | None = None
    origin: Annotated[Role | None, Field(description="the role of whoever entered it")] = None
    source: Annotated[Short | None, Field(description="exactly as it was entered")] = None
    search: PersonSearch | None = None
    follow_up: Annotated[
        Literal["today", "overdue"] | None, Field(description="leads to be looked at today, or on a day that is past")
    ] = None


class OneLead(Ask):
    """A lead by its id."""

    lead_id: LeadId


class TimelinePage(OneLead):
    """A page of a lead's timeline."""

    offset: Offset = 0
    limit: Limit = 25


@endpoint("GET", "leads", PERMISSIONS[Action.LEAD_READ], refusals=("MASTER_DATA_MISSING",))
def list_leads(ask: LeadFilters, ctx: Context) -> Json[Page[Lead]]:
    """List the leads in the caller's scope.

    Without `sortBy` a partner's leads come by follow-up date, the most urgent first, everybody else's newest first.
    `search` looks at the customer's name, the phone and the lead's id.
    """
    wanted = lead_views.Wanted(**ask.model_dump(), now=ctx.now, day=ctx.today)
    with ctx.finish() as last:
        state = places.state_name(last, ask.state, ctx.now)
        page = lead_views.page(last, ctx.caller, wanted, ctx.settings.feature_customer_accepted)
    if ask.state is not None:
        places.known(state.fetchone())
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "leads/{leadId:regex(^LEAD-[0-9]+$)}", PERMISSIONS[Action.LEAD_READ], etag="version")
def get_lead(ask: OneLead, ctx: Context) -> Json[LeadDetail]:
    """Show one lead with its quotations, documents and customer.

    The `ETag` is its version, to be sent back as `If-Match` by who changes it.
    """
    with ctx.finish() as last:
        found = lead_views.detail(last, ctx.caller, ask.lead_id, ctx.settings.feature_customer_accepted)
    lead = ctx.found(found.fetchone(), "lead", ask.lead_id)
    return Json(lead.data, headers={"ETag": f'"{lead.version}"'})


@endpoint("GET", "leads/{leadId:regex(^LEAD-[0-9]+$)}/timeline", PERMISSIONS[Action.LEAD_READ])
def get_timeline(ask: TimelinePage, ctx: Context) -> Json[Page[TimelineEntry]]:
    """Show what happened to a lead, newest first.

    A customer sees status, documents and shared quotations; never remarks, reasons or commissions (rules.md 2.1).
    """
    with ctx.finish() as last:
        page = timeline.page(last, ctx.caller, ask.lead_id, ask.offset, ask.limit)
    return Json(ctx.found(page.fetchone(), "lead", ask.lead_id))


@endpoint("GET", "leads/summary", [Role.ADMIN, Role.KAM, Role.CP])
def get_lead_summary(ask: Nothing, ctx: Context) -> Json[LeadSummary]:
    """Count the leads in scope by status, and the follow-ups due and overdue; sum up a partner's commissions."""
    with ctx.finish() as last:
        summary = lead_views.summary(last, ctx.caller, ctx.today, [status.value for status in Status])
    return Json(ctx.there(summary.fetchone()))
