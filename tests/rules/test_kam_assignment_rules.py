"""Which partners a KAM is given and which it loses (api.md 2.8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.kam_assignment import Assignment, Held, Kam, Mode, check_kam, decide
from tests.rules.samples import refused

MINE, ANOTHERS, NOBODYS = Held("CP-1", "KAM-1"), Held("CP-2", "KAM-2"), Held("CP-3", None)
KAM, FORMER = Kam("KAM-1", "Kiran Rao", is_active=True), Kam("KAM-1", "Kiran Rao", is_active=False)


@pytest.mark.parametrize(
    ("mode", "wished", "given", "taken"),
    [
        ("add", ["CP-3", "CP-2", "CP-1"], ("CP-2", "CP-3"), ()),
        ("add", ["CP-3", "CP-3"], ("CP-3",), ()),
        ("add", [], (), ()),
        ("remove", ["CP-1", "CP-2", "CP-3"], (), ("CP-1",)),
        ("replace", ["CP-2"], ("CP-2",), ("CP-1",)),
        ("replace", ["CP-1"], (), ()),
        ("replace", [], (), ("CP-1",)),
    ],
)
def test_what_changes(mode: Mode, wished: list[str], given: tuple[str, ...], taken: tuple[str, ...]) -> None:
    assert decide(KAM, mode, wished, [MINE, ANOTHERS, NOBODYS]) == Assignment(given, taken)


def test_every_unknown_partner_is_named() -> None:
    with refused("RULE_VIOLATION", "cpIds") as refusal:
        decide(KAM, "remove", ["CP-9", "CP-1", "CP-8"], [MINE])
    assert "CP-8, CP-9" in str((refusal.value.details or {})["cpIds"])


def test_a_kam_that_is_not_active_loses_partners_and_gets_none() -> None:
    assert decide(FORMER, "remove", ["CP-1"], [MINE]).taken == ("CP-1",)
    assert decide(FORMER, "replace", [], [MINE]).taken == ("CP-1",)
    for mode in ("add", "replace"):
        with refused("RULE_VIOLATION", "kamId"):
            decide(FORMER, mode, ["CP-3"], [MINE, NOBODYS])


def test_a_kam_that_is_not_there_or_not_active_is_named() -> None:
    for kam in (None, FORMER):
        with refused("RULE_VIOLATION", "kamId"):
            check_kam(kam, "KAM-1")
    assert check_kam(KAM, "KAM-1") is KAM


CP_IDS = [f"CP-{number}" for number in range(6)]
HELD = st.fixed_dictionaries({cp_id: st.sampled_from(["KAM-1", "KAM-2", None]) for cp_id in CP_IDS})


@given(HELD, st.lists(st.sampled_from(CP_IDS)))
def test_afterwards_it_is_as_wished_and_doing_it_again_changes_nothing(
    held: dict[str, str | None], wished: list[str]
) -> None:
    wanted: dict[Mode, set[str]] = {
        "add": {cp_id for cp_id in CP_IDS if held[cp_id] == "KAM-1"} | set(wished),
        "remove": {cp_id for cp_id in CP_IDS if held[cp_id] == "KAM-1"} - set(wished),
        "replace": set(wished),
    }
    for mode, own in wanted.items():
        changed = decide(KAM, mode, wished, [Held(*one) for one in held.items()])
        after = held | dict.fromkeys(changed.taken) | dict.fromkeys(changed.given, "KAM-1")
        assert {cp_id for cp_id, kam_id in after.items() if kam_id == "KAM-1"} == own
        assert {cp_id for cp_id in CP_IDS if after[cp_id] != held[cp_id]} == {*changed.given, *changed.taken}
        assert decide(KAM, mode, wished, [Held(*one) for one in after.items()]) == Assignment(())
