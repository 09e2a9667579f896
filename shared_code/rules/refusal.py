"""How a rule says no: one exception that carries everything the answer to the caller needs."""

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 -- an answer to the caller, not an error of ours
    """A request that a rule refuses.

    code: an error code of api.md 1, such as `INVALID_STATUS_TRANSITION`; the HTTP status follows from it elsewhere.
    message: a sentence a person can act on.
    details: usually wire field -> what is wrong with it, all fields at once.
    retry_after: seconds after which the same request may succeed.
    limit: how many such requests are taken within a while, where that is what was exceeded.
    """

    keep_writes = False  # whether what the request wrote stays, because it has to count

    def __init__(
        self,
        code: str,
        message: str,
        details: Mapping[str, object] | None = None,
        retry_after: int | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.retry_after = retry_after
        self.limit = limit


def invalid(details: Mapping[str, object]) -> Refusal:
    """A request whose fields are missing or malformed: wire field -> what is wrong (400)."""
    return Refusal("VALIDATION_ERROR", f"Please correct: {', '.join(details)}.", details)


def against_rule(details: Mapping[str, object]) -> Refusal:
    """A readable request outside what the business allows: wire field -> the bound it breaks (422)."""
    return Refusal("RULE_VIOLATION", f"Outside what is allowed: {', '.join(details)}.", details)


def missing_master_data(details: Mapping[str, object]) -> Refusal:
    """A choice for which master data has no row in force: wire field -> what was looked for (422, rules.md 3.2)."""
    return Refusal("MASTER_DATA_MISSING", f"No master data for this choice: {', '.join(details)}.", details)


def forbidden(message: str) -> Refusal:
    """A request that the caller's role may not make (403)."""
    return Refusal("FORBIDDEN", message)
