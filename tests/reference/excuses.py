"""What looks like a failure to Schemathesis and is what the contract asks for; each as narrow as can be."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from schemathesis import Case, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import RejectedPositiveData

import function_app
from localhost.host.asgi import read_query
from shared_code import edge
from shared_code.endpoints import REGISTRY
from shared_code.parsing import variant
from shared_code.reference.operations import PARAMETERS
from shared_code.rules.refusal import Refusal

assert function_app.app
BY_NAME = {endpoint.name: endpoint for endpoint in REGISTRY.values()}

# Fields that are well-formed and refused as 400 all the same (api.md 1, rules.md): it depends on the role, on where the
# record stands, on the day, or on a secret, and no schema of one request can say so.
RULES: dict[str, set[str]] = {
    "accept_quotation": {"override", "reason"},
    "add_master_data": {"body", "cableType", "tiers"},
    "approve_or_pay": {"amount", "method", "notes", "paidOn", "utr"},
    "begin_totp": {"password"},
    "change_password": {"currentPassword"},
    "change_settings": {"body"},
    "change_master_data": {"body"},
    "confirm_totp": {"code"},
    "create_lead": {"address", "assignedTo", "customerName", "email", "followUpDate", "phone", "pinCode", "state"},
    "edit_lead": {"followUpDate"},
    "edit_profile": {"email"},
    "end_totp": {"password"},
    "finalize_quotation": {"bom", "overrideReason", "panels"},
    "issue_link": {
        "contentType", "customerId", "docType", "docId", "fileName", "fileSize", "kycType", "leadId", "version",
    },  # which of two questions it is: what belongs to the other is refused
    "preview_quotation": {"bom", "panels"},
    "reject_quotation": {"override", "reason"},
    "update_status": {"followUpDate", "newStatus", "overrideReason", "quotationRef", "remarks", "tokenNumber"},
}  # fmt: skip
# What the check of a file refuses: its name, its type and its first bytes must agree (rules.md 6.1).
OF_FILES = {"FILE_TOO_LARGE", "UNSUPPORTED_FILE_TYPE"}
FILE_REFUSED = {"file", "reason"}
BEYOND = ("Input should be greater than", "Input should be less than", "Input should be a multiple of")
JSON = (str, int, float, bool, list, dict, type(None))


def is_excused(failure: Failure, case: "Case[Any]", response: Response) -> bool:
    """Whether the contract asks for this answer."""
    if is_of_the_host(response):
        return True
    if isinstance(failure, AcceptedNegativeData):
        return has_empty_value(response)
    return isinstance(failure, RejectedPositiveData) and response.status_code == 400 and is_a_rule(case, response)


def is_of_the_host(response: Response) -> bool:
    """Not ours at all: a wrong method, or an id of another form, is the host's plain 404 (api.md 1)."""
    return response.status_code == 404 and not response.content and "x-correlation-id" not in response.headers


def has_empty_value(response: Response) -> bool:
    """The host hands on no value that is empty: a parameter of the query without one was never sent."""
    query = urlsplit(str(response.request.url)).query
    return len(parse_qsl(query)) < len(parse_qsl(query, keep_blank_values=True))


def is_a_rule(case: "Case[Any]", response: Response) -> bool:
    """The models take the question, so it is what the reference calls well-formed; it is a rule that refuses it."""
    name, refused = name_of(case), response.json()["error"]
    if refused["code"] in OF_FILES:
        return BY_NAME[name].takes_file or name == "issue_link"
    if not is_what_the_reference_says(case):
        return True
    details = refused.get("details", {"": ""})
    if all(is_no_matter_of_schemas(str(wrong), f"{case.body!r} {case.query}") for wrong in details.values()):
        return True
    form = case.media_type == "multipart/form-data"
    known = RULES.get(name, set()) | (FILE_REFUSED if form else set())
    return set(details) <= known and is_well_formed(case, response)


def is_what_the_reference_says(case: "Case[Any]") -> bool:
    """Whether it is positive data at all.

    Headers are stripped of quotes; a parameter is given what another of its name was answered; examples of single
    fields are put together without regard to `oneOf`; and which of several bodies is asked for depends on the path.
    """
    return _headers_match(case) and _lists_match(case) and _body_matches(case)


def _headers_match(case: "Case[Any]") -> bool:
    patterns = {
        header: PARAMETERS.get(header, {}).get("schema", {}).get("pattern", "") for header in case.headers or {}
    }
    return all(re.search(patterns[header], str(value)) for header, value in (case.headers or {}).items())


def _lists_match(case: "Case[Any]") -> bool:
    sent = case.query or {}
    schemas = {
        each["name"]: each["schema"] for each in case.operation.definition.raw.get("parameters", []) if "name" in each
    }
    texts = {name: value for name, value in sent.items() if isinstance(value, str) and "items" in schemas.get(name, {})}
    return all(Draft202012Validator(schemas[name]).is_valid(value.split(",")) for name, value in texts.items())


def _body_matches(case: "Case[Any]") -> bool:
    if not isinstance(case.body, dict):
        return True
    content = case.operation.definition.raw["requestBody"]["content"]
    schema = content[case.media_type or "application/json"]["schema"]
    if BY_NAME[name_of(case)].ask.variants:
        model = variant(BY_NAME[name_of(case)].ask, dict(case.path_parameters or {}))
        schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    body = {name: value if isinstance(value, JSON) else "" for name, value in case.body.items()}
    components = case.operation.schema.raw_schema["components"]
    return bool(Draft202012Validator(schema | {"components": components}).is_valid(body))


def is_no_matter_of_schemas(wrong: str, sent: str) -> bool:
    """What JSON Schema has no words for: that 3.0 is no integer, how many digits a number has (1e-99 has many), and the
    bounds of a number in a string.
    """
    if wrong == "Input should be a valid integer":
        return bool(re.search(r"\d\.0\b", sent))
    if wrong.startswith(BEYOND):
        return bool(re.search(r"'-?[0-9.]+'", sent))
    return wrong.startswith("Decimal input should have no more than") and bool(re.search(r"\de-\d\d", sent))


def name_of(case: "Case[Any]") -> str:
    """The function behind an operation."""
    return str(case.operation.definition.raw["operationId"])


def is_well_formed(case: "Case[Any]", response: Response) -> bool:
    """Whether the edge makes a question of the same request."""
    sent, endpoint = response.request, BY_NAME[name_of(case)]
    body = sent.body or b""
    request = func.HttpRequest(
        method=str(sent.method),
        url=str(sent.url),
        headers={name: str(value) for name, value in sent.headers.items()},
        params=read_query(urlsplit(str(sent.url)).query.encode()),
        route_params={name: str(value) for name, value in (case.path_parameters or {}).items()},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )
    try:
        edge._question(endpoint, request)
    except Refusal:
        return False
    return True
