"""Who may be taken away from the Admins: somebody must always be left who can let people in (api.md 2.8)."""

from collections.abc import Set

from shared_code.rules.refusal import Refusal


def check_may_go(acting: Set[str], caller_id: str, target_id: str) -> None:
    """Refuse that the caller blocks or deactivates that Admin (409 `LAST_ADMIN`): itself, or the last who may act.

    acting: the ids of the Admins who are active and not blocked.
    """
    if target_id == caller_id:
        raise Refusal("LAST_ADMIN", "Nobody blocks or deactivates itself. Ask another Admin.")
    if acting == {target_id}:
        raise Refusal("LAST_ADMIN", "This is the last Admin who can act. Let another one in first.")
