"""The customer a lead is for: found, or made, by the phone that a seller enters (api.md 2.2)."""

from shared_code.context import Context
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import Role
from shared_code.sql import accounts, people, registration
from shared_code.sql.people import Account
from shared_code.sql.pool import Rows
from shared_code.sql.registration import Profile


def known(ctx: Context, phone: str, lead_id: str | None = None) -> "Rows[Account]":
    """Whose phone it is. It stays so until the transaction ends: no lead bears a phone that is not its customer's.

    The lead that is to bear it, if it is there already, is locked before this, as by whoever gives a customer another
    phone.
    """
    accounts.hold(ctx.db, phone=phone, lead_id=lead_id)
    return people.by_phone(ctx.db, phone)


def not_a_partner(account: Account | None) -> Account | None:
    """The account that a customer's phone has already, if it has one. Raises `DUPLICATE_PHONE` for a partner's."""
    if account is not None and account.role != Role.CUSTOMER:
        raise Refusal("DUPLICATE_PHONE", "This phone number belongs to a channel partner.")
    return account


def ensure(ctx: Context, phone: str, account: Account | None, profile: Profile) -> str:
    """The id of the phone's customer, made where there is none; what its profile lacks is filled in.

    A blocked or deactivated one is found like any other: the lead is about it, and lets nobody in.
    Raises `DUPLICATE_PHONE` where a partner has taken the phone meanwhile.
    """
    if account is None or not account.profile_complete:
        registration.ensure_customer(ctx.db, phone, profile)
        registration.fill_profile(ctx.db, phone, profile)
        account = not_a_partner(known(ctx, phone).fetchone())
    return ctx.there(account).user_id
