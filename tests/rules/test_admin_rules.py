"""Somebody is always left who can let people in, whatever Admins order about each other (api.md 2.8)."""

from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.admins import check_may_go
from shared_code.rules.refusal import Refusal
from tests.rules.samples import refused

IDS = [f"ADM-{number}" for number in range(1, 6)]
ORDERS = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["goes", "comes"])), max_size=40
)


@given(st.sets(st.sampled_from(IDS), min_size=1), ORDERS)
def test_after_any_sequence_of_allowed_orders_an_admin_who_may_act_remains(
    acting: set[str], orders: list[tuple[str, str, str]]
) -> None:
    """Also of orders by callers who may not act any more: their requests were on their way."""
    for caller, target, what in orders:
        if what == "comes":
            acting = acting | {target}
            continue
        try:
            check_may_go(acting, caller, target)
        except Refusal as refusal:
            assert refusal.code == "LAST_ADMIN"
            assert caller == target or acting == {target}
        else:
            assert caller != target
            acting = acting - {target}
        assert acting


@given(st.sets(st.sampled_from(IDS)), st.sampled_from(IDS))
def test_nobody_takes_itself_away_however_many_are_left(acting: set[str], me: str) -> None:
    with refused("LAST_ADMIN"):
        check_may_go(acting, me, me)


def test_the_last_who_may_act_stays_and_who_may_not_act_is_no_loss() -> None:
    with refused("LAST_ADMIN"):
        check_may_go({"ADM-1"}, "ADM-2", "ADM-1")
    check_may_go({"ADM-1"}, "ADM-1", "ADM-2")
    check_may_go({"ADM-1", "ADM-2"}, "ADM-1", "ADM-2")
