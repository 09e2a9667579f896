"""How long an answer takes does not tell whether an account exists (rules.md 5.2, 5.3).

Known and unknown are asked for by turns, so that both see the same machine; then their times are compared by rank,
which no outlier moves. Of two alike samples of this size the measure leaves its bounds three times in a million.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from functions.auth.login import login
from localhost.standins import StandIns
from shared_code.access import one_time_code, passwords, phone_proof
from shared_code.context import Context
from shared_code.rules.codes import Purpose
from shared_code.rules.refusal import Refusal
from shared_code.sql import people
from tests.handset import Handset, word
from tests.world import World

PAIRS, WARM = 60, 5
ALIKE = 0.25
Step = Callable[[int], object]

# What is done with a phone, and what everybody hears.
STEPS: dict[str, tuple[Callable[[Handset], object], str]] = {
    "asks to sign in": (lambda phone: phone.ask(), "ok"),
    "signs in wrongly": (lambda phone: phone.enter("000000"), "INVALID_OTP"),
    "asks to register": (lambda phone: phone.register(), "ok"),
    "registers wrongly": (lambda phone: phone.register(1, otp="000001"), "INVALID_OTP"),
    "registers wrongly as a customer": (lambda phone: phone.register(1, "Customer", "000002"), "INVALID_OTP"),
}


def slower(first: Sequence[float], second: Sequence[float]) -> float:
    """How often a time of the first is longer than one of the second: 0.5 for two alike (Mann and Whitney's U)."""
    ranked = sorted(second)
    wins = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in first) / 2
    return wins / (len(first) * len(second))


def compared(known: Step, unknown: Step, said: str) -> float:
    """How often the known one takes longer; who comes first changes with every pair. Everybody hears the same."""
    times: tuple[list[float], list[float]] = ([], [])
    for pair in range(WARM + PAIRS):
        for which in (0, 1) if pair % 2 else (1, 0):
            act = (known, unknown)[which]
            began = time.perf_counter()
            heard = word(lambda act=act, pair=pair: act(pair))
            times[which].append(time.perf_counter() - began)
            assert heard == said
    return slower(times[0][WARM:], times[1][WARM:])


def by_phone(phones: dict[bool, list[Handset]], step: str) -> float:
    """How often a step takes longer with a phone that has an account."""
    do, said = STEPS[step]
    return compared(lambda n: do(phones[True][n]), lambda n: do(phones[False][n]), said)


@pytest.fixture
def phones(world: World, standins: StandIns) -> dict[bool, list[Handset]]:
    """Phones with an account, by turns a partner's and a customer's, and phones without one."""
    phones = {is_known: [Handset(world, standins) for _ in range(WARM + PAIRS)] for is_known in (True, False)}
    for number, phone in enumerate(phones[True]):
        role, prefix = (("CP", "CP"), ("Customer", "CUST"))[number % 2]
        world.owner.execute(
            "INSERT INTO user_account (user_id, role, name, phone) VALUES (%s, %s, 'Known', %s)",
            [f"{prefix}-{phone.number}", role, phone.number],
        )
    return phones


@pytest.fixture
def wrong_password(world: World) -> Callable[[], float]:
    """Compares accounts of staff with addresses that nobody has."""
    world.owner.execute("DELETE FROM password_guard")
    world.owner.execute(
        "INSERT INTO user_account (user_id, role, name, email, password_hash)"
        " SELECT 'ADM-' || 9000 + n, 'Admin', 'Known', 'known' || n || '@solarium.test', password_hash"
        " FROM user_account, generate_series(0, 99) n WHERE user_id = 'ADM-1' ON CONFLICT DO NOTHING"
    )

    def attempt(email: str) -> Any:
        return world.call(login, None, email=email, password="Wrong#Password7")

    return lambda: compared(
        lambda n: attempt(f"known{n}@solarium.test"),
        lambda n: attempt(f"nobody{n}@solarium.test"),
        "INVALID_CREDENTIALS",
    )


def test_the_measure_sees_a_shift_as_large_as_the_spread() -> None:
    times = [float(number) for number in range(PAIRS)]
    assert slower(times, times) == 0.5
    assert slower([one + PAIRS / 3 for one in times], times) > 0.5 + ALIKE
    assert slower([0.0] * PAIRS, times[1:]) == 0


def test_a_known_phone_is_answered_as_fast_as_an_unknown_one(phones: dict[bool, list[Handset]]) -> None:
    shares = {name: by_phone(phones, name) for name in STEPS}
    assert {name: share for name, share in shares.items() if abs(share - 0.5) > ALIKE} == {}


def test_a_code_sent_to_known_phones_alone_would_show(
    phones: dict[bool, list[Handset]], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = one_time_code.send

    def naive(ctx: Context, phone: str, purpose: Purpose) -> None:
        if people.by_phone(ctx.db, phone).fetchone():
            send(ctx, phone, purpose)

    monkeypatch.setattr(one_time_code, "send", naive)
    assert by_phone(phones, "asks to sign in") > 0.5 + ALIKE


def test_wrong_codes_counted_for_known_phones_alone_would_show(
    phones: dict[bool, list[Handset]], monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = phone_proof.prove

    def naive(ctx: Context, phone: str, purpose: Purpose, code: str) -> people.Account | None:
        if not people.by_phone(ctx.db, phone).fetchone():
            raise Refusal("INVALID_OTP", "This code is wrong.")
        return prove(ctx, phone, purpose, code)

    for phone in phones[True]:
        phone.ask()
    monkeypatch.setattr(phone_proof, "prove", naive)
    assert by_phone(phones, "signs in wrongly") > 0.5 + ALIKE


def test_a_wrong_password_takes_as_long_where_there_is_no_account(wrong_password: Callable[[], float]) -> None:
    assert abs(wrong_password() - 0.5) <= ALIKE


def test_a_password_compared_for_accounts_alone_would_show(
    wrong_password: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda stored, given: stored is not None and compare(stored, given))
    assert wrong_password() > 0.5 + ALIKE
