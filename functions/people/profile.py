"""What is known of the caller, seen and changed by itself (api.md 2.8)."""

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.rules.refusal import invalid
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import accounts, password_resets, people, places
from shared_code.sql.people import Account
from shared_code.wire import Nothing
from shared_code.wire.accounts import ContactEdit, Profile


@endpoint("GET", "profile", PERMISSIONS[Action.OWN_AFFAIRS])
def get_profile(ask: Nothing, ctx: Context) -> Profile:
    """Show what is known of the caller."""
    with ctx.finish() as last:
        found = people.by_id(last, ctx.caller.user_id)
    return _view(found.fetchone())


@endpoint(
    "PATCH",
    "profile",
    PERMISSIONS[Action.OWN_AFFAIRS],
    idle=True,  # it locks the link; who uses that link locks the sessions after it
    refusals=("DUPLICATE_EMAIL", "MASTER_DATA_MISSING"),
)
def edit_profile(ask: ContactEdit, ctx: Context) -> Profile:
    """Change what is known of the caller; its phone an Admin alone can change.

    Admin and KAM sign in with their e-mail address: it cannot be cleared (400), another account's is 409, and a new one
    makes a mailed link to set the password useless.
    """
    contact = ask.model_dump(exclude_unset=True)
    signs_in_by_mail = ctx.caller.role in (Role.ADMIN, Role.KAM)
    if signs_in_by_mail and contact.get("email", "") is None:
        raise invalid({"email": "cannot be left without: it signs you in"})
    moves = signs_in_by_mail and "email" in contact
    if moves:
        password_resets.lock(ctx.db, ctx.caller.user_id)
    if "state" in contact:
        contact["state"] = places.known(places.state_name(ctx.db, ask.state, ctx.now).fetchone())
    with ctx.finish() as last:
        if contact:
            accounts.change(last, ctx.caller.user_id, contact)
        if moves:
            password_resets.drop(last, ctx.caller.user_id)
        found = people.by_id(last, ctx.caller.user_id)
    return _view(found.fetchone())


def _view(account: Account | None) -> Profile:
    if account is None:
        raise not_found("account")
    return Profile(**{name: getattr(account, name) for name in Profile.model_fields})
