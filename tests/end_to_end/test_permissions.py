"""Who may call what: every function, every role in and out of scope, with a bad token and with none (rules.md 2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import function_app
from localhost.demo_data import PASSWORD
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Role
from tests.app_process import Person, error
from tests.end_to_end.cast import REMARKS, SYSTEM, Cast, india_day
from tests.end_to_end.people import claims_of, new_phone
from tests.end_to_end.reference import Refusals, documented

assert function_app.app

# The callers, and what each word of the table means. A customer's own record is the one linked to it.
CALLERS = ["admin", "kam", "other_kam", "partner", "other_partner", "customer", "other_customer"]
WORDS = {
    "ok": (200, "ok"),
    "new": (201, "ok"),
    "role": (403, "FORBIDDEN"),
    "scope": (403, "OUT_OF_SCOPE"),
    "none": (404, "NOT_FOUND"),
    "token": (401, "INVALID_TOKEN"),
}
# Callers without a session that is good, and what each gets.
NOT_LET_IN = {
    "none": (401, "AUTH_REQUIRED"),
    "garbage": (401, "INVALID_TOKEN"),
    "expired": (401, "SESSION_EXPIRED"),
    "revoked": (401, "SESSION_EXPIRED"),
    "blocked": (403, "USER_BLOCKED"),
}
SITE = {"address": "7 Lake View", "state": "Gujarat", "pinCode": "380058"}
FILE = {"fileName": "light-bill.pdf", "contentType": "application/pdf", "fileSize": 900}
PANEL = {"make": "Nobody", "variant": "For a test", "wattage": 540, "isDcr": True, "unitPrice": 15000}
NEW_PASSWORD = "Sesame-open-42"
EVERYBODY = "ok ok ok ok ok ok ok"
SELLERS = "ok ok ok ok ok role role"
IN_SCOPE = "ok ok scope ok none ok none"
STAFF_IN_SCOPE = "ok ok scope role role role role"
SELLERS_IN_SCOPE = "ok ok scope ok none role role"

TABLE = f"""
login                        POST  auth/login                    {EVERYBODY}
refresh_session              POST  auth/refresh                  token token token token token token token
register                     POST  auth/register                 {EVERYBODY}
send_otp                     POST  integrations/sendOTP          {EVERYBODY}
request_password_reset       POST  auth/requestPasswordReset     {EVERYBODY}
complete_password_reset      PATCH auth/completePasswordReset    token token token token token token token
get_liveness                 GET   health/live                   {EVERYBODY}
get_readiness                GET   health/ready                  {EVERYBODY}
get_openapi                  GET   openapi.json                  {EVERYBODY}
get_docs                     GET   docs                          {EVERYBODY}
get_docs_file                GET   docs/page.css                 {EVERYBODY}

get_me                       GET   auth/me                       {EVERYBODY}
logout                       POST  auth/logout                   {EVERYBODY}
logout_all                   POST  auth/logoutAll                {EVERYBODY}
list_sessions                GET   auth/sessions                 {EVERYBODY}
end_session                  DELETE auth/sessions/<session>      {EVERYBODY}
end_session                  DELETE auth/sessions/<elsewhere>    none none none none none none none
change_password              POST  auth/changePassword           ok ok ok role role role role
confirm_totp                 POST  auth/totp/confirm             none none none role role role role
begin_totp                   POST  auth/totp                     ok ok ok role role role role
end_totp                     DELETE auth/totp                    ok ok ok role role role role

create_lead                  POST  leads                         new new scope new new new new
list_leads                   GET   leads                         {EVERYBODY}
get_lead                     GET   leads/<lead>                  {IN_SCOPE}
get_timeline                 GET   leads/<lead>/timeline         {IN_SCOPE}
get_lead_summary             GET   leads/summary                 {SELLERS}
update_status                PATCH leads/<lead>/status           ok ok scope ok none role none
edit_lead                    PATCH leads/<lead>                  {SELLERS_IN_SCOPE}
reassign_lead                PATCH leads/<lead>/reassign         {STAFF_IN_SCOPE}

get_master_data              GET   masterdata                    {SELLERS}
add_master_data              POST  masterdata/panels             new role role role role role role
change_master_data           PATCH masterdata/panels/<panel>     ok role role role role role role
change_settings              PATCH masterdata/settings           ok role role role role role role
preview_quotation            POST  quotations/preview            {SELLERS_IN_SCOPE}
finalize_quotation           POST  quotations                    new new scope new none role role
list_quotations              GET   quotations                    {EVERYBODY}
get_quotation                GET   quotations/<shared>           {IN_SCOPE}
get_quotation                GET   quotations/<unshared>         ok ok scope ok none none none
get_quotation_pdf            GET   quotations/<shared>/pdf       {IN_SCOPE}
get_quotation_pdf            GET   quotations/<unshared>/pdf     ok ok scope ok none none none
share_quotation              PATCH quotations/<unshared>/share   {SELLERS_IN_SCOPE}
accept_quotation             PATCH quotations/<shared>/accept    ok ok scope role role ok none
reject_quotation             PATCH quotations/<shared>/reject    ok ok scope role role ok none

issue_lead_upload            POST  leads/<lead>/docs             new new scope new none new none
issue_kyc_upload             POST  customers/<customer>/kyc      new new scope new none new none
issue_upload                 POST  docs                          new new scope new none new none
replace_document             POST  documents/<document>/replace  new new scope new none new none
list_lead_documents          GET   leads/<lead>/docs             {IN_SCOPE}
list_kyc_documents           GET   customers/<customer>/kyc      {IN_SCOPE}
get_kyc_log                  GET   customers/<customer>/kyc/log  {STAFF_IN_SCOPE}
get_document                 GET   documents/<document>          {IN_SCOPE}
get_document                 GET   documents/<paper>             {IN_SCOPE}
list_versions                GET   documents/<document>/versions {IN_SCOPE}
list_accesses                GET   documents/<document>/accesses {STAFF_IN_SCOPE}
issue_link                   GET   documents/sas?docId=<document> {IN_SCOPE}
issue_link                   GET   documents/sas?docType=LEAD&leadId=<lead> {IN_SCOPE}
issue_link                   GET   documents/sas?docType=KYC&customerId=<customer> {IN_SCOPE}
restore_document             POST  documents/<replaced>/restore  new new scope role role role role
delete_document              DELETE documents/<document>         ok role role ok none role role
delete_document              DELETE documents/<paper>            ok role role role none role role
approve_document             PATCH documents/<paper>/approve     ok ok scope role role role role
reject_document              PATCH documents/<paper>/reject      ok ok scope role role role role

list_commissions             GET   commissions                   {SELLERS}
get_commission               GET   commissions/<commission>      {SELLERS_IN_SCOPE}
get_commission_summary       GET   commissions/summary           {SELLERS}
approve_or_pay               POST  commissions/<commission>/approveOrPay ok role role role role role role

sync                         GET   sync                          role role role ok ok ok ok
list_notifications           GET   notifications                 {EVERYBODY}
mark_notification_read       PATCH notifications/<mine>/read     {EVERYBODY}
mark_notification_read       PATCH notifications/<theirs>/read   none none none none none none none
mark_all_notifications_read  PATCH notifications/readAll         {EVERYBODY}

list_channel_partners        GET   channelPartners               {SELLERS}
get_channel_partner          GET   channelPartners/<partner>     {SELLERS_IN_SCOPE}
create_channel_partner       POST  channelPartners               new role role role role role role
edit_channel_partner         PATCH channelPartners/<partner>     ok role role role role role role
activate_channel_partner     PATCH channelPartners/<partner>/activate ok role role role role role role
deactivate_channel_partner   PATCH channelPartners/<newcomer>/deactivate ok role role role role role role
assign_kam                   PATCH channelPartners/<newcomer>/assignKam ok role role role role role role
list_kams                    GET   kams                          ok ok ok role role role role
get_kam                      GET   kams/<kam>                    ok ok scope role role role role
create_kam                   POST  kams                          new role role role role role role
edit_kam                     PATCH kams/<kam>                    ok role role role role role role
assign_channel_partners      PATCH kams/<kam>/assignCps          ok role role role role role role
list_customers               GET   customers                     {EVERYBODY}
get_customer                 GET   customers/<customer>          {IN_SCOPE}
correct_customer             PATCH customers/<customer>          ok role role role role role role
list_admins                  GET   admins                        ok role role role role role role
create_admin                 POST  admins                        new role role role role role role
edit_admin                   PATCH admins/<admin>                ok role role role role role role
get_profile                  GET   profile                       {EVERYBODY}
edit_profile                 PATCH profile                       {EVERYBODY}
block_user                   PATCH users/<somebody>/block        ok role role role role role role
end_sessions                 POST  users/<somebody>/endSessions  ok role role role role role role
reset_totp                   PATCH users/<somebody>/resetTotp    ok role role role role role role
list_audit                   GET   audit                         ok role role role role role role

send_email                   POST  integrations/sendEmail        ok role role role role role role
list_outbox                  GET   outbox                        ok role role role role role role
retry_message                POST  outbox/<message>/retry        ok role role role role role role
"""
ROWS = [line.split(maxsplit=3) for line in TABLE.splitlines() if line]
OPEN = {
    "login", "register", "refresh_session", "send_otp", "request_password_reset", "complete_password_reset",
    "get_liveness", "get_readiness", "get_openapi", "get_docs", "get_docs_file",
}  # fmt: skip


@dataclass
class Scene:
    """One call's records, each made for it alone, in the cast's scope."""

    cast: Cast
    caller: str
    person: Person

    def path(self, template: str) -> str:
        """The address with the ids of fresh records."""
        start, _, rest = template.partition("<")
        word, _, end = rest.partition(">")
        return start + (self._records()[word]() if word else "") + end

    def _records(self) -> dict[str, Callable[[], str]]:
        cast = self.cast
        return {
            "lead": cast.lead,
            "shared": lambda: cast.quotation(cast.lead(), "Shared"),
            "unshared": lambda: cast.quotation(cast.lead()),
            "document": lambda: cast.document(cast.lead()),
            "replaced": lambda: cast.document(cast.lead(), versions=2),
            "paper": cast.paper,
            "commission": cast.commission,
            "panel": cast.panel,
            "session": lambda: str(cast.twin(self.person).session["sessionId"]),
            "elsewhere": lambda: str(cast.new_customer().session["sessionId"]),
            "somebody": lambda: str(cast.new_customer().session["userId"]),
            "mine": lambda: cast.notification(self.person),
            "theirs": lambda: cast.notification(cast.new_customer()),
            "message": cast.message,
            "partner": lambda: str(cast.partner.session["userId"]),
            "newcomer": lambda: cast.newcomer(cast.kam),
            "kam": lambda: str(cast.kam.session["userId"]),
            "admin": lambda: str(cast.admin.session["userId"]),
            "customer": lambda: str(cast.customer.session["userId"]),
        }

    def body(self, function: str) -> dict[str, Any] | None:
        """What this caller would send."""
        cast, is_customer = self.cast, self.caller.endswith("customer")
        lead = SITE | {"customerName": "Rekha Trivedi", "phone": new_phone()}
        if self.caller.endswith("kam"):
            lead |= {"assignedTo": cast.partner.session["userId"]}
        answer = {} if is_customer else {"override": True, "reason": REMARKS}
        offer = {"leadId": cast.lead(), **SYSTEM} if function.endswith("_quotation") else {}
        bodies: dict[str, dict[str, Any]] = {
            "login": {"phone": new_phone()},
            "send_otp": {"phone": new_phone()},
            "register": SITE | {"role": "CP", "name": "Rekha Trivedi", "phone": new_phone()},
            "refresh_session": {"refreshToken": "nonsense"},
            "request_password_reset": {"email": "nobody@solarium.test"},
            "complete_password_reset": {"token": "nonsense", "newPassword": NEW_PASSWORD},
            "change_password": {"currentPassword": PASSWORD, "newPassword": PASSWORD},
            "begin_totp": {"password": PASSWORD},
            "confirm_totp": {"code": "123456"},
            "end_totp": {"password": PASSWORD},
            "create_lead": {} if is_customer else lead,
            "update_status": {"newStatus": "In Discussion", "remarks": REMARKS, "followUpDate": india_day(1)},
            "edit_lead": {"city": "Surat", "remarks": REMARKS},
            "reassign_lead": {"cpId": cast.partner.session["userId"], "reason": REMARKS},
            "add_master_data": PANEL,
            "change_master_data": {"unitPrice": 15001},
            "change_settings": {"inflationPercent": 10},
            "preview_quotation": offer,
            "finalize_quotation": offer,
            "accept_quotation": answer,
            "reject_quotation": answer,
            "issue_lead_upload": FILE,
            "issue_kyc_upload": FILE | {"docType": "Other"},
            "issue_upload": FILE | {"leadId": cast.lead()},
            "replace_document": FILE,
            "restore_document": {"version": 1, "reason": REMARKS},
            "reject_document": {"reason": REMARKS},
            "approve_or_pay": {"action": "approve"},
            "create_channel_partner": SITE | {"name": "Rekha Trivedi", "phone": new_phone()},
            "edit_channel_partner": {"name": "Rekha Trivedi"},
            "deactivate_channel_partner": {"reason": REMARKS},
            "assign_kam": {"kamId": cast.kam.session["userId"]},
            "create_kam": {"name": "Rekha Trivedi", "email": f"{new_phone()}@solarium.test"},
            "edit_kam": {"name": "Rekha Trivedi"},
            "assign_channel_partners": {"mode": "add", "cpIds": [cast.partner.session["userId"]]},
            "correct_customer": {"city": "Surat"},
            "create_admin": {"name": "Rekha Trivedi", "email": f"{new_phone()}@solarium.test"},
            "edit_admin": {"phone": new_phone()},
            "edit_profile": {"city": "Surat"},
            "block_user": {"blocked": True},
            "send_email": {"to": "kam1@solarium.test", "template": "kamWelcome"},
        }
        return bodies.get(function)


class LockedOut:
    """People of each role whose token was good, or looks like one; made when first asked for."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.tokens: dict[tuple[str, Role], str] = {}

    def caller(self, kind: str, role: Role) -> Person:
        """That kind of caller, from an address of its own; the role is what it was let in with."""
        person = self.cast.stranger()
        if kind != "none":
            if (kind, role) not in self.tokens:
                self.tokens[kind, role] = self._token(kind, role)
            person.http.headers["Authorization"] = f"Bearer {self.tokens[kind, role]}"
        return person

    def _token(self, kind: str, role: Role) -> str:
        if kind == "garbage":
            return "nonsense"
        person = for_once(self.cast, {Role.ADMIN: "admin", Role.KAM: "kam", Role.CP: "partner"}.get(role, "customer"))
        if kind == "expired":
            return self.cast.signed(claims_of(person) | {"iat": 1_700_000_000, "exp": 1_700_000_600})
        if kind == "revoked":
            person.data("POST", "auth/logout")
        else:
            self.cast.db.execute(
                "UPDATE user_account SET blocked = true WHERE user_id = %s", [person.session["userId"]]
            )
        return str(person.session["accessToken"])


def for_once(cast: Cast, caller: str) -> Person:
    """Somebody of the caller's role whom nobody needs after this."""
    if caller.endswith("customer"):
        return cast.new_customer()
    return (
        cast.new_partner(cast.kam)
        if caller.endswith("partner")
        else cast.new_staff("Admin" if caller == "admin" else "KAM")
    )


def outcome(person: Person, method: str, path: str, body: object) -> tuple[int, str]:
    answer = person.call(method, path, body)
    return (answer.status_code, "ok") if answer.ok else error(answer)


@pytest.fixture(scope="module")
def reference(cast: Cast) -> Refusals:
    return documented(cast.stranger())


def test_no_function_is_missing_from_the_table() -> None:
    assert {name for name, *_ in ROWS} == {endpoint.name for endpoint in REGISTRY.values()}
    assert {endpoint.name for endpoint in REGISTRY.values() if not endpoint.roles} == OPEN


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:1] + row[2:3]) for row in ROWS])
def test_each_role_in_and_out_of_scope_gets_its_answer(cast: Cast, reference: Refusals, row: list[str]) -> None:
    function, method, template, words = row
    cast.lead()  # the customer is the partner's by a lead
    answers = {}
    for caller in CALLERS:
        person = for_once(cast, caller) if function.startswith("logout") else getattr(cast, caller)
        scene = Scene(cast, caller, person)
        answers[caller] = outcome(person, method, scene.path(template), scene.body(function))
    assert answers == {caller: WORDS[word] for caller, word in zip(CALLERS, words.split(), strict=True)}
    assert {refusal for refusal in answers.values() if refusal[1] != "ok"} <= reference[function]


@pytest.fixture(scope="module")
def locked_out(cast: Cast) -> LockedOut:
    return LockedOut(cast)


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:1] + row[2:3]) for row in ROWS])
def test_whoever_is_not_let_in_gets_no_further_than_open_functions(
    cast: Cast, locked_out: LockedOut, row: list[str]
) -> None:
    function, method, template, words = row
    endpoint = next(endpoint for endpoint in REGISTRY.values() if endpoint.name == function)
    for kind, refusal in NOT_LET_IN.items():
        scene = Scene(cast, "admin", cast.admin)
        expected = WORDS[words.split()[0]] if function in OPEN else refusal
        if endpoint.when_ended is not None and refusal[1] == "SESSION_EXPIRED":
            expected = WORDS["ok"]
        person = locked_out.caller(kind, min(endpoint.roles, default=Role.ADMIN))
        assert outcome(person, method, scene.path(template), scene.body(function)) == expected, kind


def test_the_table_is_as_large_as_it_says(record_property: Callable[[str, object], None]) -> None:
    kinds = len(CALLERS) + len(NOT_LET_IN)
    size = f"{len(REGISTRY)} functions, {len(ROWS)} ways to call them, {kinds} kinds of caller"
    record_property("figure", f"permissions: {size}, {len(ROWS) * kinds} calls")
    assert kinds >= 11
