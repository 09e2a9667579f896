"""Each list of the API with the rows behind it, and what a plain reading of all rows would answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from functions import notifications
from functions.commissions import browse_commissions
from functions.leads import browse_leads
from functions.people import browse_people
from functions.quotations import browse_quotations
from tests.sql import crowd
from tests.sql.crowd import Row
from tests.world import ADMIN, World


@dataclass(frozen=True)
class List:
    """A list with the rows behind it: `name` is the id on the wire, `row_id` the column, `keys` what sorts it."""

    workflow: Callable[..., Any]
    name: str
    row_id: str
    query: str
    keys: dict[str, str]


_NAME: Final = "lower(l.customer_name) AS lower_name, l.customer_name"
LISTS: Final = {
    "leads": List(
        browse_leads.list_leads, "leadId", "lead_id", "SELECT *, lower(customer_name) AS lower_name FROM lead",
        {"createdAt": "created_at", "updatedAt": "updated_at", "followUpDate": "follow_up_date",
         "customerName": "lower_name", "status": "status"},
    ),
    "quotations": List(
        browse_quotations.list_quotations, "quotationReference", "quotation_reference",
        f"SELECT q.*, {_NAME} FROM quotation q JOIN lead l USING (lead_id)",
        {"createdAt": "created_at", "customerName": "lower_name", "status": "status"},
    ),
    "commissions": List(
        browse_commissions.list_commissions, "commissionId", "commission_id",
        f"SELECT m.*, {_NAME} FROM commission m JOIN lead l USING (lead_id)",
        {"createdAt": "created_at", "customerName": "lower_name", "status": "status"},
    ),
    "partners": List(
        browse_people.list_channel_partners, "cpId", "user_id",
        "SELECT * FROM user_account JOIN channel_partner ON cp_id = user_id",
        {"createdAt": "created_at", "updatedAt": "updated_at", "status": "status"},
    ),
    "kams": List(
        browse_people.list_kams, "kamId", "user_id", "SELECT * FROM user_account JOIN kam ON kam_id = user_id",
        {"createdAt": "created_at", "updatedAt": "updated_at", "status": "status"},
    ),
    "customers": List(
        browse_people.list_customers, "customerId", "user_id",
        "SELECT * FROM user_account JOIN customer ON customer_id = user_id",
        {"createdAt": "created_at", "updatedAt": "updated_at", "status": "status"},
    ),
    "notifications": List(
        notifications.list_notifications, "id", "id", "SELECT * FROM notification WHERE user_id = 'ADM-1'",
        {"createdAt": "created_at"},
    ),
}  # fmt: skip


def listed(world: World, kind: str, caller: Any = ADMIN, **filters: Any) -> list[str]:
    """The ids of the whole list, in its order."""
    which = LISTS[kind]
    page = world.data(which.workflow, caller, **{"limit": 100, **filters})
    assert page["total"] == len(page["items"])
    return crowd.ids(page["items"], which.name)


def expected(
    world: World, kind: str, keep: Callable[[Row], bool], key: str = "createdAt", falls: bool = True
) -> list[str]:
    which = LISTS[kind]
    found = [row for row in crowd.table(world, which.query) if keep(row)]
    return crowd.sorted_by(found, which.keys[key], falls, which.row_id)
