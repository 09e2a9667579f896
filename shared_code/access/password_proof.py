"""A password, and the code of a second factor, are tried under one lock: five failures of either lock both.

Source: rules.md 5.3, 5.5.
"""

from dataclasses import dataclass
from typing import NoReturn

from shared_code.access import passwords, second_factor
from shared_code.context import Context
from shared_code.rules import password_guard
from shared_code.rules.password_guard import PasswordGuard
from shared_code.rules.refusal import Refusal, invalid
from shared_code.sql import people
from shared_code.sql import sign_in as guards
from shared_code.sql.people import Account


@dataclass(frozen=True)
class Trial:
    """Tries at one e-mail address. Who tries the same address waits until this request has ended."""

    ctx: Context
    address: str
    account: Account | None
    guard: PasswordGuard

    def password(self, given: str, otherwise: Refusal) -> Account:
        """The account whose password it is; else raises `otherwise`, and the failure stays counted."""
        right = passwords.is_right(self.account.password_hash if self.account else None, given)
        if self.account is None or not right:
            self.fail(otherwise)
        return self.account

    def code(self, user_id: str, secret: bytes, given: str, otherwise: Refusal) -> None:
        """Use up a code of the second factor; else raises `otherwise`, and the failure stays counted."""
        if not second_factor.accepts(self.ctx, user_id, secret, given):
            self.fail(otherwise)

    def fail(self, refusal: Refusal) -> NoReturn:
        """Count a failure and refuse."""
        guards.write_password_guard(self.ctx.db, self.address, password_guard.after_failure(self.guard, self.ctx.now))
        refusal.keep_writes = True
        raise refusal

    def forgive(self) -> None:
        """Forget the failures: everything that was asked for is proven."""
        guards.write_password_guard(self.ctx.db, self.address, PasswordGuard())


def begin(ctx: Context, email: str) -> Trial:
    """A trial of that address, known or not. Raises Refusal `LOGIN_LOCKED`."""
    address = email.lower()
    locked = guards.lock_password_guard(ctx.db, address)
    found = people.by_email(ctx.db, address)
    guard = locked.fetchone() or PasswordGuard()
    password_guard.check_unlocked(guard, ctx.now)
    return Trial(ctx, address, found.fetchone(), guard)


def begin_own(ctx: Context) -> Trial:
    """A trial of the caller's own address."""
    return begin(ctx, str(ctx.there(people.by_id(ctx.db, ctx.caller.user_id).fetchone()).email))


def own_password(ctx: Context, given: str, field: str) -> Account:
    """The caller's account, if that is its password; else 400 about `field`, which counts (api.md 2.1)."""
    trial = begin_own(ctx)
    account = trial.password(given, invalid({field: "is not your password"}))
    trial.forgive()
    return account
