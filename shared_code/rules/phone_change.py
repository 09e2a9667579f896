"""Another phone for somebody who signs in with it (api.md 2.8)."""

from shared_code.rules.refusal import Refusal, against_rule


def moves(present: str | None, asked: str | None, *, taken: bool, override: bool) -> bool:
    """Whether the account gets another phone; None asks for none. `taken` says whether it is anybody's already.

    Raises `DUPLICATE_PHONE`, `RULE_VIOLATION`.
    """
    if asked is None or asked == present:
        return False
    check_free(taken=taken)
    if not override:
        raise against_rule({"phone": "is what the account signs in with: it is changed with override alone"})
    return True


def check_free(*, taken: bool) -> None:
    """Refuse a phone that is somebody's: `DUPLICATE_PHONE`."""
    if taken:
        raise Refusal("DUPLICATE_PHONE", "This phone number belongs to another account.")
