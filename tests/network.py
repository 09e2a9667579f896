"""Partners and KAMs of a test's own, straight into the database."""

import secrets

from tests import rows
from tests.world import World


def partner(world: World, kam_id: str | None = None, **columns: object) -> str:
    """An active partner of that KAM; answers its id."""
    number = world.value("SELECT nextval('cp_number')")
    cp_id, phone = f"CP-{number}", str(9_300_000_000 + number)
    given = {"role": "CP", "name": "Rohan Iyer", "phone": phone, "state": "Gujarat"} | columns
    rows.insert(world, "user_account", "user_id", user_id=cp_id, **given)
    return rows.insert(world, "channel_partner", "cp_id", cp_id=cp_id, kam_id=kam_id)


def kam(world: World, **columns: object) -> str:
    """An active KAM without partners; answers its id."""
    kam_id = f"KAM-{world.value('SELECT nextval(%s)', 'kam_number')}"
    given = {"role": "KAM", "name": "Meera Joshi", "email": f"{secrets.token_hex(6)}@solarium.test"} | columns
    rows.insert(world, "user_account", "user_id", user_id=kam_id, **given)
    return rows.insert(world, "kam", "kam_id", kam_id=kam_id)


def kams(world: World, *cp_ids: str) -> list[str | None]:
    """Who looks after these partners."""
    held = dict(world.rows("SELECT cp_id, kam_id FROM channel_partner WHERE cp_id = ANY (%s)", list(cp_ids)))
    return [held[cp_id] for cp_id in cp_ids]


def news(world: World, user_id: str) -> list[tuple[str, str]]:
    """What the user was told: kind and words."""
    return world.rows("SELECT type, message FROM notification WHERE user_id = %s ORDER BY id_number(id)", user_id)


def live_session(world: World, user_id: str) -> str:
    """A session of that user; answers its id."""
    return rows.insert(world, "session", "session_id", session_id=secrets.token_hex(16), user_id=user_id)


def ended_by(world: World, session_id: str) -> str | None:
    """Why the session is over; None while it is live."""
    why: str | None = world.value("SELECT ended_by FROM session WHERE session_id = %s", session_id)
    return why
