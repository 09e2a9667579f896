"""Examples, put together from what the fields say of themselves; a model's own come first."""

from collections.abc import Mapping
from typing import Any

from shared_code.reference.schemas import Schema

# What a field shows that says nothing of itself, by its name on the wire.
BY_NAME: Mapping[str, Any] = {
    "accessToken": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDUC0xMDAxIn0.c2lnbmVk", "actorId": "KAM-1001",
    "adminId": "ADM-1001", "chargeId": "CHG001", "feeId": "FEE001", "schemeId": "SUB001", "structureId": "STR001",
    "notes": "As agreed with the partner.", "reason": "The customer asked for it by phone.",
    "requestId": "0af7651916cd43dd8448eb211c80319c", "requirements": "Wants to run two air conditioners.",
    "services": ["Rooftop, on grid"], "sessionId": "0123456789abcdef0123456789abcdef", "source": "Referral",
    "warrantyText": "Panels: 25 years.", "paymentTermsText": "Half in advance.",
    "actorName": "Kiran Rao", "address": "12 Ashram Road, Navrangpura", "after": {"status": "In Discussion"},
    "approvedBy": "ADM-1001", "assignedCpName": "Pravin Patel", "assignedTo": "CP-1001",
    "before": {"status": "New Lead"}, "cableType": "Polycab", "capacityKw": 3.3, "city": "Ahmedabad",
    "commissionId": "COMM-1001", "contentType": "application/pdf", "cpId": "CP-1001", "cpName": "Pravin Patel",
    "createdBy": "CP-1001", "customerId": "CUST-1001", "customerName": "Chitra Desai", "discom": "UGVCL",
    "discomId": "DIS001", "docId": "DOC-1001", "docType": "Light Bill", "email": "chitra@example.in",
    "expiresIn": 120, "fileName": "light-bill.pdf", "fileSize": 182044, "fromKw": 0, "gstin": "24AAXCS7654A1Z1",
    "headers": {"x-ms-blob-type": "BlockBlob"}, "inverterId": "INV003", "itemId": "BOM012", "kamId": "KAM-1001",
    "kamName": "Kiran Rao", "leadId": "LEAD-1001", "limit": 25, "make": "Waaree", "maxSizeBytes": 10485760,
    "message": "Quotation QUOT-1001 is ready for you.", "messageId": "1001", "method": "UPI", "model": "SUN-3K",
    "name": "Chitra Desai", "offset": 0, "kind": "central", "subsidyType": "S2", "organizationName": "Patel Solar",
    "otpauthUri": "otpauth://totp/Solarium:kam1@solarium.test?secret=JBSWY3DPEHPK3PXP&issuer=Solarium",
    "paidBy": "ADM-1001", "panelId": "PNL001", "phone": "9000000101", "pinCode": "380009", "quantity": 6,
    "quotationRef": "QUOT-1001", "quotationReference": "QUOT-1001", "rateId": "GST001",
    "recoveryCodes": ["7KQ2-9XMD-4RTA"], "refreshToken": "eyJhbGciOiJIUzI1NiJ9.eyJnZW4iOjF9.c2lnbmVk",
    "remarks": "Spoke to her on the phone.", "sasUrl": "https://solarium.example/uploads/0af76519.pdf?sig=...",
    "secret": "JBSWY3DPEHPK3PXP", "sizeBytes": 182044, "state": "Gujarat", "stateCode": "GJ",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDUC0xMDAxIn0.c2lnbmVk", "tokenNumber": "TOK-4711", "total": 1,
    "unit": "m", "unitPrice": 14500, "uploadedBy": "CP-1001",
    "url": "https://solarium.example/quotations/0af76519.pdf?sig=...", "userId": "CP-1001", "userName": "Kiran Rao",
    "utr": "HDFC0001234567", "variant": "Mono PERC 540", "wattage": 540,
}  # fmt: skip
BY_TYPE: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": False, "object": {}, "string": "...", "null": None}
BY_FORMAT: Mapping[str, Any] = {"date": "2026-11-28", "date-time": "2026-11-21T09:30:00.000Z", "uuid": "0" * 32}


def compose(schema: Schema, definitions: Mapping[str, Schema], name: str = "", *, whole: bool) -> Any:
    """An example of a schema. whole: with every field it has, as an answer has them; else with those that are needed,
    and those that show something of their own.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return compose(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions, name, whole=whole)
    if own := [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]:
        return own[0]
    if "properties" in schema:
        return _object(schema, definitions, whole)
    variants = schema.get("anyOf") or schema.get("oneOf")
    if name in BY_NAME or not variants:
        return BY_NAME[name] if name in BY_NAME else _plain(schema, definitions, name, whole)
    return compose(variants[0], definitions, name, whole=whole)


def _object(schema: Schema, definitions: Mapping[str, Schema], whole: bool) -> dict[str, Any]:
    needed = schema.get("required", [])
    return {
        name: compose(part, definitions, name, whole=whole)
        for name, part in schema["properties"].items()
        if part is not False and (whole or name in needed or (name in BY_NAME or "examples" in part))
    }


def _plain(schema: Schema, definitions: Mapping[str, Schema], name: str, whole: bool) -> Any:
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return [compose(schema["items"], definitions, name, whole=whole)] if "items" in schema else []
    if "default" in schema:
        return schema["default"]
    if isinstance(schema.get("additionalProperties"), dict) and "propertyNames" in schema:
        key = compose(schema["propertyNames"], definitions, whole=whole)
        return {key: compose(schema["additionalProperties"], definitions, whole=whole)}
    if kind in ("integer", "number"):
        return schema.get("minimum", BY_TYPE[kind])
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kind])
