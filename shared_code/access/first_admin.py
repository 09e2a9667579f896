"""An Admin where nobody can sign in yet: made by an operator, who is given the link to set a password (running.md)."""

from datetime import UTC, datetime

import psycopg

from shared_code import errors, parsing, resets
from shared_code.adapters.mails import password_link
from shared_code.sql import registration
from shared_code.sql.sessions import act_without_session
from shared_code.wire import Ask
from shared_code.wire.fields import Email, Name


class NewAdmin(Ask):
    """Who becomes an Admin."""

    email: Email
    name: Name


def create(owner_url: str, portal_base_url: str, email: str, name: str) -> str:
    """Make an Admin without a password; answers the single-use link to set one, good for 30 minutes.

    Raises Refusal `VALIDATION_ERROR`, and `DUPLICATE_EMAIL` where an Admin or KAM has the address, in whatever case.
    """
    new = parsing.whole(NewAdmin, {"email": email, "name": name})
    try:
        with psycopg.connect(owner_url) as db:
            act_without_session(db, "make admin", "operator", "System")
            user_id = registration.create_admin(db, new.name, new.email).fetchone()
            token = resets.create(db, str(user_id), datetime.now(UTC))
    except psycopg.Error as error:
        raise errors.of_database(error) or error from None
    return password_link(portal_base_url, token)
