"""A phone that asks for codes and enters them."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.auth.login import login
from functions.auth.register import register
from localhost.standins import StandIns
from shared_code.rules.refusal import Refusal
from tests.world import World

START = datetime.now(UTC)
_numbers = itertools.count(9_800_000_001)

FORM = {"name": "Ravi Iyer", "address": "4 Canal Road", "state": "GJ", "pin_code": "395007"}


class Handset:
    """Times are seconds from the start of the test. Without a number it has one that nobody else has."""

    def __init__(self, world: World, standins: StandIns, number: str | None = None) -> None:
        self.world, self.standins = world, standins
        self.number = number or str(next(_numbers))

    def ask(self, at: float = 0) -> Any:
        """Ask for a sign-in code."""
        return self._call(login, at)

    def enter(self, code: str, at: float = 1) -> Any:
        """Sign in with a code."""
        return self._call(login, at, otp=code)

    def register(self, at: float = 0, role: str = "CP", otp: str | None = None, **other: object) -> Any:
        """Send in the form; a partner's without a code asks for one."""
        return self._call(register, at, role=role, **FORM | ({"otp": otp} if otp else {}) | other)

    def says(self, code: str, at: float = 1) -> str:
        """`ok`, or the code of the refusal, of a sign-in."""
        return word(lambda: self.enter(code, at))

    def registers(self, code: str | None = None, at: float = 1, role: str = "CP", **other: object) -> str:
        """The same of a registration."""
        return word(lambda: self.register(at, role, code, **other))

    @property
    def codes(self) -> list[str]:
        """What it was sent, newest first."""
        return [message.code or "" for message in self.standins.inbox.find(self.number)]

    def wrong(self, number: int = 1) -> str:
        """A code it was never sent; another for each number."""
        return [code for code in map(str, range(100_000, 100_020)) if code not in self.codes][number]

    def _call(self, workflow: Any, at: float, **fields: object) -> Any:
        return self.world.data(workflow, None, START + timedelta(seconds=at), phone=self.number, **fields)


def word(act: Any) -> str:
    """`ok`, or the code of the refusal."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return "ok"
