"""What a run of Schemathesis stands on: people to call as, and records that it may do anything to."""

import json
import os
from pathlib import Path
from typing import Any

from tests.app_process import AppProcess
from tests.end_to_end.cast import Cast
from tests.end_to_end.people import claims_of

CALLERS = ("nobody", "Customer", "CP", "KAM", "Admin")
WHOEVER_MAY = "whoever may"  # of each operation's roles one after the other
GROUND, CALLER = "SOLARIUM_FUZZ_GROUND", "SOLARIUM_FUZZ_CALLER"  # variables: the file that `lay` wrote; who calls


def lay(app: AppProcess, cast: Cast, file: Path) -> None:
    """Make the records, and write down for the hooks where everything is."""
    people = {"Admin": cast.admin, "KAM": cast.kam, "CP": cast.partner, "Customer": cast.customer}
    kid, key = cast.signing_key
    told = {
        "api": f"{app.url.replace('localhost', '127.0.0.1')}/api/v1",
        "database": app.owner_url,
        "key": {"kid": kid, "secret": key},
        "claims": {role: claims_of(person) for role, person in people.items()},
        "ids": records(cast),
    }
    file.write_text(json.dumps(told))


def records(cast: Cast) -> dict[str, list[str]]:
    """Ids of records by the names that they have on the wire; none of them is a caller's own."""
    leads = [cast.lead(status) for status in ("New Lead", "In Discussion", "Won", "Under Execution", "Not Interested")]
    quotations = [
        cast.quotation(cast.lead("In Discussion"), status) for status in ("Created", "Shared", "Shared", "Accepted")
    ]
    documents = [cast.document(leads[0]), cast.document(leads[1], versions=2), cast.paper(), cast.paper()]
    other = cast.other_partner.session["userId"]
    people = {"CP": other, "KAM": cast.other_kam.session["userId"], "CUST": cast.other_customer.session["userId"]}
    return {
        "leadId": leads,
        "quotationId": quotations,
        "quotationRef": quotations,
        "docId": documents,
        "commissionId": [cast.commission(), cast.commission()],
        "notificationId": [cast.notification(cast.partner)],
        "cpId": [people["CP"], str(cast.partner.session["userId"])],
        "assignedTo": [people["CP"]],
        "kamId": [people["KAM"]],
        "customerId": [people["CUST"], str(cast.customer.session["userId"])],
        "userId": list(people.values()),
        "rowId": [cast.panel()],
        "panelId": ["PNL001"],
        "inverterId": ["INV003"],
        "itemId": ["BOM012"],
        "discom": ["UGVCL"],
        "state": ["GJ", "Gujarat"],
    }


def told() -> dict[str, Any]:
    """What `lay` has written down, in the process that Schemathesis runs in."""
    found: dict[str, Any] = json.loads(Path(os.environ[GROUND]).read_text())
    return found
