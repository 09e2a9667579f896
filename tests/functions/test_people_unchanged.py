"""What an account says already is no change: no trace, and it stays where it stood in the lists (api.md 2.8)."""

from typing import Any

import pytest

from functions.people.correct_customer import correct_customer
from functions.people.manage_admins import edit_admin
from functions.people.manage_kams import edit_kam
from functions.people.manage_partners import edit_channel_partner
from functions.people.profile import edit_profile
from shared_code.rules.scope import Caller
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, World

EDITS: list[tuple[Any, Caller, dict[str, Any]]] = [
    (edit_admin, ADMIN, {"admin_id": "ADM-1"}),
    (edit_kam, ADMIN, {"kam_id": "KAM-1"}),
    (edit_channel_partner, ADMIN, {"cp_id": "CP-1"}),
    (correct_customer, ADMIN, {"customer_id": "CUST-1"}),
    (edit_profile, CP_1, {}),
    (edit_profile, CUSTOMER, {}),
    (edit_profile, KAM_1, {}),
]


def of(caller: Caller, whom: dict[str, Any]) -> str:
    """The id of who is changed: the caller, unless it is somebody else."""
    user_id: str = next(iter(whom.values()), caller.user_id)
    return user_id


def standing(world: World, user_id: str) -> tuple[Any, ...]:
    """When the account was changed last, and how often that stands in the audit."""
    return world.rows(
        "SELECT updated_at, (SELECT count(*) FROM audit_log WHERE entity_id = user_id) FROM user_account"
        " WHERE user_id = %s",
        user_id,
    )[0]


@pytest.mark.parametrize(("workflow", "caller", "whom"), EDITS)
def test_the_same_again_leaves_no_trace(world: World, workflow: Any, caller: Caller, whom: dict[str, Any]) -> None:
    user_id = of(caller, whom)
    before = standing(world, user_id)
    name = world.value("SELECT name FROM user_account WHERE user_id = %s", user_id)
    world.call(workflow, caller, **whom, name=name)
    assert standing(world, user_id) == before
    world.call(workflow, caller, **whom, name=f"{name} the Second")
    assert standing(world, user_id)[1] == before[1] + 1


def test_of_several_fields_one_that_changes_is_enough_and_null_is_a_change(world: World) -> None:
    name = world.value("SELECT name FROM user_account WHERE user_id = 'CUST-1'")
    world.call(correct_customer, ADMIN, customer_id="CUST-1", name=name, email="chitra@desai.test")
    before = standing(world, "CUST-1")[1]
    world.call(correct_customer, ADMIN, customer_id="CUST-1", name=name, email=None)
    world.call(correct_customer, ADMIN, customer_id="CUST-1", name=name, email=None)
    assert standing(world, "CUST-1")[1] == before + 1
