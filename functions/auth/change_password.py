"""Another password, by somebody who knows the present one (api.md 2.1, rules.md 5.3)."""

from shared_code.access import password_proof, passwords
from shared_code.context import Context
from shared_code.endpoints import STAFF, endpoint
from shared_code.sql import password_resets, sessions
from shared_code.sql import sign_in as guards
from shared_code.wire import Ask
from shared_code.wire.fields import NewPassword, Password
from shared_code.wire.people import PasswordSet


class PasswordChange(Ask):
    """The password as it is and as it is to be."""

    current_password: Password
    new_password: NewPassword


@endpoint("POST", "auth/changePassword", STAFF, idle=True, refusals=("LOGIN_LOCKED", "PROVIDER_BUSY"))
def change_password(ask: PasswordChange, ctx: Context) -> PasswordSet:
    """Change the caller's password; its other sessions end.

    A wrong `currentPassword` is 400 and counts as a failed sign-in: five lock for 15 minutes (423).
    """
    account = password_proof.own_password(ctx, ask.current_password, "currentPassword")
    password_hash = passwords.hash_of(ask.new_password)
    with ctx.finish() as last:
        password_resets.drop(last, account.user_id)
        sessions.end_all(last, account.user_id, "password", but=ctx.caller.session_id)
        guards.set_password(last, account.user_id, password_hash)
    return PasswordSet()
