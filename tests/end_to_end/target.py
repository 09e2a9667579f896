"""For each function of the app a request that it takes, with records and callers of the cast's own."""

from collections.abc import Callable
from typing import Any

from localhost.demo_data import PASSWORD
from shared_code.endpoints import PATH_PARAMETER, Endpoint
from tests.app_process import Person
from tests.end_to_end.cast import REMARKS, SYSTEM, Cast, india_day
from tests.end_to_end.people import new_phone

PEOPLE = {"Admin": "admin", "KAM": "kam", "CP": "partner", "Customer": "customer"}
FILE = {"fileName": "a.pdf", "contentType": "application/pdf", "fileSize": 900, "docType": "General"}
PLACE = {"address": "B", "state": "GJ", "pinCode": "380058"}
SITE = PLACE | {"customerName": "A"}
PANEL = {"make": "Nobody", "variant": "For a test", "wattage": 540, "isDcr": True, "unitPrice": 15000}
LONG_SYSTEM = SYSTEM | {"bom": [{"itemId": "BOM012", "quantity": 1}]}


class Target:
    """What is aimed at: the address of a function, its body, somebody who may call it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.callers: dict[str, Person] = {role: getattr(cast, name) for role, name in PEOPLE.items()}
        self.lead = cast.lead("In Discussion")
        self._ids = {
            "leadId": self.lead,
            "commissionId": cast.commission(),
            "docId": cast.document(self.lead),
            "notificationId": cast.notification(cast.partner),
            "cpId": cast.newcomer(cast.kam),
            "kamId": cast.new_staff("KAM").session["userId"],
            "adminId": cast.new_staff("Admin").session["userId"],
            "customerId": cast.customer.session["userId"],
            "collection": "panels",
            "rowId": cast.panel(),
            "file": "page.css",
            "sessionId": "0123456789abcdef" * 2,
            "messageId": cast.message(),
            "userId": cast.new_customer().session["userId"],
        }

    def path(self, endpoint: Endpoint) -> str:
        """The function's address; a quotation in it is a new, shared one."""

        def id_of(name: str) -> str:
            return self._ids.get(name) or self.cast.quotation(self.cast.lead("In Discussion"), "Shared")

        return PATH_PARAMETER.sub(lambda found: id_of(found[1]), endpoint.route)

    def body(self, endpoint: Endpoint) -> dict[str, Any]:
        """What the function takes."""
        taken = _TAKEN.get(endpoint.name, dict)()
        of_lead = endpoint.name == "issue_upload" or (endpoint.name.endswith("_quotation") and "phase" in taken)
        return taken | ({"leadId": self.lead} if of_lead else {})

    def caller(self, endpoint: Endpoint, number: int = 0) -> Person:
        """One of those who may call it: the same number, the same role. For a sign-out somebody new."""
        if endpoint.name.startswith("logout"):
            return self.cast.new_customer()
        may = sorted(endpoint.roles)
        return self.fresh(endpoint, self.callers[may[number % len(may)]] if may else self.cast.stranger())

    def fresh(self, endpoint: Endpoint, person: Person) -> Person:
        """The same person; where the function counts addresses, at a new one."""
        if not endpoint.address_limit:
            return person
        elsewhere = self.cast.stranger()
        elsewhere.http.headers.update(person.http.headers)
        return elsewhere


def fields(endpoint: Endpoint) -> list[str]:
    """The names of what a function asks for besides its path, on the wire."""
    in_path = PATH_PARAMETER.findall(endpoint.route)
    ask = endpoint.ask.variants.get("panels", endpoint.ask)
    names = [field.alias or name for name, field in ask.model_fields.items()]
    return [name for name in names if name not in in_path]


_TAKEN: dict[str, Callable[[], dict[str, Any]]] = {
    "login": lambda: {"phone": new_phone()},
    "register": lambda: PLACE | {"role": "CP", "name": "A", "phone": new_phone()},
    "send_otp": lambda: {"phone": new_phone()},
    "refresh_session": lambda: {"refreshToken": "nonsense"},
    "request_password_reset": lambda: {"email": "nobody@solarium.test"},
    "complete_password_reset": lambda: {"token": "nonsense", "newPassword": "Sesame-open-42"},
    "change_password": lambda: {"currentPassword": "Sesame-open-41", "newPassword": "Sesame-open-42"},
    "begin_totp": lambda: {"password": PASSWORD},
    "confirm_totp": lambda: {"code": "123456"},
    "end_totp": lambda: {"password": PASSWORD},
    "create_lead": lambda: SITE | {"phone": new_phone()},
    "update_status": lambda: {"newStatus": "In Discussion", "remarks": REMARKS, "followUpDate": india_day(1)},
    "edit_lead": lambda: SITE | {"followUpDate": india_day(1), "services": ["Rooftop"], "expectedVersion": 1},
    "reassign_lead": lambda: {"cpId": "CP-999999", "reason": REMARKS, "override": False},
    "preview_quotation": lambda: dict(LONG_SYSTEM),
    "finalize_quotation": lambda: dict(LONG_SYSTEM),
    "accept_quotation": lambda: {"override": True, "reason": REMARKS},
    "reject_quotation": lambda: {"override": True, "reason": REMARKS},
    "issue_lead_upload": lambda: dict(FILE),
    "issue_kyc_upload": lambda: FILE | {"docType": "Other"},
    "issue_upload": lambda: FILE | {"docType": "Other"},
    "replace_document": lambda: {name: FILE[name] for name in ("fileName", "contentType", "fileSize")},
    "restore_document": lambda: {"version": 1, "reason": REMARKS},
    "reject_document": lambda: {"reason": REMARKS},
    "add_master_data": lambda: dict(PANEL),
    "change_master_data": lambda: {"unitPrice": 15000, "validFrom": "2199-01-01"},
    "change_settings": lambda: {"dealerAddOnMax": 2000, "validFrom": "2199-01-01"},
    "create_channel_partner": lambda: PLACE | {"name": "A", "phone": new_phone()},
    "edit_channel_partner": lambda: {"name": "A"},
    "deactivate_channel_partner": lambda: {"reason": REMARKS},
    "assign_kam": lambda: {"kamId": "KAM-1"},
    "create_kam": lambda: {"name": "A", "email": f"{new_phone()}@solarium.test"},
    "edit_kam": lambda: {"name": "A"},
    "assign_channel_partners": lambda: {"mode": "add", "cpIds": ["CP-999999"]},
    "correct_customer": lambda: {"name": "A"},
    "create_admin": lambda: {"name": "A", "email": f"{new_phone()}@solarium.test"},
    "edit_admin": lambda: {"name": "A"},
    "edit_profile": lambda: {"name": "A"},
    "block_user": lambda: {"blocked": True},
    "send_email": lambda: {"to": "nobody@solarium.test", "template": "passwordReset"},
    "approve_or_pay": lambda: {"action": "pay", "utr": "UTR123456789", "paidOn": india_day(), "method": "NEFT"},
}
