"""Correct what is known of a customer, the phone it signs in with included (api.md 2.8)."""

from typing import Annotated

from pydantic import Field

from shared_code.context import Context
from shared_code.endpoints import ADMIN, endpoint
from shared_code.errors import not_found
from shared_code.rules import phone_change
from shared_code.rules.scope import Role
from shared_code.sql import accounts, lead_phones, people, places, sessions
from shared_code.sql.accounts import CONTACT
from shared_code.wire import Json
from shared_code.wire.accounts import ContactEdit
from shared_code.wire.fields import CustomerId, Phone, left_out
from shared_code.wire.people import Customer


class CustomerEdit(ContactEdit):
    """A customer's contact from now on. What is left out stays; null clears an e-mail address or a city."""

    customer_id: CustomerId
    phone: Phone = left_out()
    override: Annotated[bool, Field(description="needed with another phone", examples=[True])] = False


@endpoint(
    "PATCH",
    "customers/{customerId:regex(^CUST-[0-9]+$)}",
    ADMIN,
    refusals=("DUPLICATE_PHONE", "MASTER_DATA_MISSING", "RULE_VIOLATION"),
)
def correct_customer(ask: CustomerEdit, ctx: Context) -> Json[Customer]:
    """Correct what is known of a customer.

    Another phone is 422 without `override`, for the customer signs in with it from then on: its sessions end, and its
    leads get that phone too. One that is another account's is 409.
    """
    contact = ask.model_dump(include=set(CONTACT), exclude_unset=True)
    if "phone" in contact:
        sessions.lock_live(ctx.db, ask.customer_id)
        lead_phones.lock(ctx.db, ask.customer_id)
    locked = accounts.lock(ctx.db, ask.customer_id, Role.CUSTOMER)
    known = people.by_phone(ctx.db, ask.phone)
    named = places.state_name(ctx.db, ask.state, ctx.now)
    customer = locked.fetchone()
    if customer is None:
        raise not_found("customer")
    taken = known.fetchone() is not None
    moves = phone_change.moves(customer.phone, contact.get("phone"), taken=taken, override=ask.override)
    if "state" in contact:
        contact["state"] = places.known(named.fetchone())
    with ctx.finish() as last:
        if moves:
            sessions.end_all(last, customer.user_id, "admin")
            lead_phones.follow(last, ctx.caller, customer.user_id, ask.phone)
        if contact:
            accounts.change(last, customer.user_id, contact)
        corrected = people.customer(last, ctx.caller, customer.user_id)
    return Json(ctx.there(corrected.fetchone()))
