"""Browse partners, KAMs, customers and Admins in scope (api.md 2.8)."""

from typing import Literal

from shared_code.context import Context
from shared_code.endpoints import ADMIN, EVERYONE, endpoint
from shared_code.rules.scope import Role
from shared_code.sql import people, places
from shared_code.wire import Ask, Json, Page
from shared_code.wire.accounts import Admin
from shared_code.wire.fields import CustomerId, KamId, Many, PageAsk, PersonSearch, State
from shared_code.wire.people import AccountStatus, ChannelPartner, Customer, Kam, OneKam, OnePartner

STAFF, SELLERS = (Role.ADMIN, Role.KAM), (Role.ADMIN, Role.KAM, Role.CP)


class PeopleFilters(PageAsk):
    """What a list of people can be narrowed by. `search`: name, phone, id."""

    sort_by: Literal["createdAt", "updatedAt", "status"] | None = None
    search: PersonSearch | None = None


class StaffFilters(PeopleFilters):
    """The same, and the status."""

    status: Many[AccountStatus] = ()


class PartnerFilters(StaffFilters):
    """The same, and more for partners."""

    kam_id: KamId | None = None
    state: State | None = None


class OneCustomer(Ask):
    """A customer by its id."""

    customer_id: CustomerId


@endpoint("GET", "channelPartners", SELLERS, refusals=("MASTER_DATA_MISSING",))
def list_channel_partners(ask: PartnerFilters, ctx: Context) -> Json[Page[ChannelPartner]]:
    """List the channel partners, newest first: to an Admin all, to a KAM its own, to a partner itself.

    `search` looks at name, phone and id.
    """
    with ctx.finish() as last:
        state = places.state_name(last, ask.state, ctx.now)
        page = people.channel_partners(last, ctx.caller, people.Wanted(**ask.model_dump(), now=ctx.now))
    if ask.state is not None:
        places.known(state.fetchone())
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "channelPartners/{cpId:regex(^CP-[0-9]+$)}", SELLERS)
def get_channel_partner(ask: OnePartner, ctx: Context) -> Json[ChannelPartner]:
    """Show one channel partner, to an Admin, its KAM or itself."""
    with ctx.finish() as last:
        found = people.channel_partner(last, ctx.caller, ask.cp_id)
    return Json(ctx.found(found.fetchone(), "channel partner", ask.cp_id))


@endpoint("GET", "kams", STAFF)
def list_kams(ask: StaffFilters, ctx: Context) -> Json[Page[Kam]]:
    """List the Key Account Managers, newest first; to a KAM itself.

    `search` looks at name, phone and id.
    """
    with ctx.finish() as last:
        page = people.kams(last, ctx.caller, people.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "kams/{kamId:regex(^KAM-[0-9]+$)}", STAFF)
def get_kam(ask: OneKam, ctx: Context) -> Json[Kam]:
    """Show one Key Account Manager; to a KAM itself alone."""
    with ctx.finish() as last:
        found = people.kam(last, ctx.caller, ask.kam_id)
    return Json(ctx.found(found.fetchone(), "KAM", ask.kam_id))


@endpoint("GET", "admins", ADMIN)
def list_admins(ask: StaffFilters, ctx: Context) -> Json[Page[Admin]]:
    """List the Admins, newest first. `search` looks at name, phone and id."""
    with ctx.finish() as last:
        page = people.admins(last, people.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "customers", EVERYONE)
def list_customers(ask: PeopleFilters, ctx: Context) -> Json[Page[Customer]]:
    """List the customers, newest first: to an Admin all, to KAM and partner those of their leads, to a customer itself.

    `search` looks at name, phone and id.
    """
    with ctx.finish() as last:
        page = people.customers(last, ctx.caller, people.Wanted(**ask.model_dump()))
    return Json(ctx.there(page.fetchone()))


@endpoint("GET", "customers/{customerId:regex(^CUST-[0-9]+$)}", EVERYONE)
def get_customer(ask: OneCustomer, ctx: Context) -> Json[Customer]:
    """Show one customer, and where its KYC documents stand."""
    with ctx.finish() as last:
        found = people.customer(last, ctx.caller, ask.customer_id)
    return Json(ctx.found(found.fetchone(), "customer", ask.customer_id))
