"""Admins and KAMs of a test's own, who sign in with a password and perhaps a code of their app."""

import secrets
import threading
from datetime import datetime
from typing import Any

import pyotp

from functions.auth.login import login
from functions.auth.second_factor import begin_totp, confirm_totp
from localhost.demo_data import PASSWORD
from localhost.standins import StandIns
from shared_code.rules.scope import Caller, Role
from tests.world import World


class Staff:
    """A person with an account of the given role; `app` makes the codes of its second factor, once it is on."""

    app: pyotp.TOTP

    def __init__(self, world: World, role: Role = Role.KAM) -> None:
        self.world, self.password = world, PASSWORD
        self.email = f"{secrets.token_hex(6)}@solarium.test"
        prefix, numbers = ("ADM", "admin_number") if role is Role.ADMIN else ("KAM", "kam_number")
        user_id = world.value(
            "INSERT INTO user_account (user_id, role, name, email, password_hash)"
            f" SELECT '{prefix}-' || nextval('{numbers}'), %s, 'Meera Joshi', %s, password_hash FROM user_account"
            " WHERE user_id = 'ADM-1' RETURNING user_id",
            role.value, self.email,
        )  # fmt: skip
        self.caller = Caller(user_id, role, "session-of-nobody", "Meera Joshi")

    @property
    def user_id(self) -> str:
        return self.caller.user_id

    def enter(self, at: datetime | None = None, **given: Any) -> Any:
        """Sign in with the right password, unless another is given."""
        return self.world.data(login, None, at, **{"email": self.email, "password": self.password} | given)

    def enrol(self, at: datetime | None = None) -> list[str]:
        """Switch the second factor on, with a code of long ago as clocks go; answers the recovery codes."""
        begun = self.world.data(begin_totp, self.caller, at, password=self.password)
        self.app = pyotp.TOTP(begun["secret"])
        code = self.app.at(at) if at else self.app.now()
        codes: list[str] = self.world.data(confirm_totp, self.caller, at, code=code)["recoveryCodes"]
        return codes

    def failures(self) -> int:
        """How many failures count against the address."""
        found = self.world.rows("SELECT failures FROM password_guard WHERE email = %s", self.email)
        return int(found[0][0]) if found else 0

    def sessions(self) -> int:
        """How many live sessions the person has."""
        count: int = self.world.value(
            "SELECT count(*) FROM session WHERE user_id = %s AND ended_at IS NULL", self.user_id
        )
        return count


def mailed_tokens(standins: StandIns, email: str) -> list[str]:
    """The tokens of the links in the mails to that address, newest first, when all that were begun are sent."""
    for thread in threading.enumerate():
        if thread.name == "reset mail":
            thread.join()
    texts = [message.text for message in standins.inbox.find(email)]
    return [text.partition("token=")[2].split()[0] for text in texts]
