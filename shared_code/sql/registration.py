"""How accounts come to be: customers by their phone, partners by registering, the first Admin (api.md 2.1)."""

from dataclasses import asdict, dataclass
from typing import Final, LiteralString

from shared_code.sql.pool import Db, Rows, scalars


@dataclass(frozen=True)
class Profile:
    """What is known of a person; complete with name, address, state (its name) and pin code. None: not known."""

    name: str | None = None
    email: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    pin_code: str | None = None


def ensure_customer(db: Db, phone: str, profile: Profile) -> None:
    """Make the phone's customer unless the phone has an account already, whoever else is about to make it."""
    scalars(
        db,
        """
        INSERT INTO user_account (user_id, role, name, phone, email, address, city, state, pin_code)
        SELECT 'CUST-' || nextval('customer_number'), 'Customer', %(name)s, %(phone)s, %(email)s, %(address)s,
            %(city)s, %(state)s, %(pin_code)s
        WHERE NOT EXISTS (SELECT FROM user_account WHERE phone = %(phone)s AND role IN ('CP', 'Customer'))
        ON CONFLICT (phone) WHERE role IN ('CP', 'Customer') DO NOTHING
        """,
        phone=phone,
        **asdict(profile),
    )
    scalars(
        db,
        "INSERT INTO customer SELECT user_id FROM user_account WHERE phone = %(phone)s AND role = 'Customer'"
        " ON CONFLICT DO NOTHING",
        phone=phone,
    )


_NOWHERE: Final[LiteralString] = "num_nonnulls(address, city, state, pin_code) = 0"


def fill_profile(db: Db, phone: str, profile: Profile) -> None:
    """Give the phone's customer what its profile lacks: a name, an e-mail address, an address as a whole.

    What a customer has said about itself is worth more than what somebody else says about it.
    """
    scalars(
        db,
        f"""
        UPDATE user_account SET name = coalesce(name, %(name)s), email = coalesce(email, %(email)s),
            address = CASE WHEN {_NOWHERE} THEN %(address)s ELSE address END,
            city = CASE WHEN {_NOWHERE} THEN %(city)s ELSE city END,
            state = CASE WHEN {_NOWHERE} THEN %(state)s ELSE state END,
            pin_code = CASE WHEN {_NOWHERE} THEN %(pin_code)s ELSE pin_code END, updated_at = now()
        WHERE phone = %(phone)s AND role = 'Customer' AND (name IS NULL OR {_NOWHERE})
        """,
        phone=phone,
        **asdict(profile),
    )


def complete_profile(db: Db, phone: str, profile: Profile) -> None:
    """Write what the phone's customer says about itself. A city stays only with its pin code."""
    scalars(
        db,
        """
        UPDATE user_account SET name = %(name)s, email = coalesce(%(email)s, email), address = %(address)s,
            city = CASE WHEN pin_code = %(pin_code)s THEN city END, state = %(state)s, pin_code = %(pin_code)s,
            updated_at = now()
        WHERE phone = %(phone)s AND role = 'Customer'
        """,
        phone=phone,
        **asdict(profile),
    )


def next_partner_id(db: Db) -> "Rows[str]":
    """The id of the partner that is about to register."""
    return scalars(db, "SELECT 'CP-' || nextval('cp_number')")


def create_partner(
    db: Db, cp_id: str, phone: str, profile: Profile, organization_name: str | None, gstin: str | None
) -> None:
    """Make a partner that waits for an Admin. Violates `phone_taken` where the phone has an account."""
    scalars(
        db,
        """
        WITH made AS (
            INSERT INTO user_account (user_id, role, status, name, phone, email, address, city, state, pin_code)
            VALUES (%(cp_id)s, 'CP', 'pending', %(name)s, %(phone)s, %(email)s, %(address)s, %(city)s, %(state)s,
                %(pin_code)s)
            RETURNING user_id)
        INSERT INTO channel_partner (cp_id, organization_name, gstin)
        SELECT user_id, %(organization_name)s, %(gstin)s FROM made
        """,
        cp_id=cp_id,
        phone=phone,
        organization_name=organization_name,
        gstin=gstin,
        **asdict(profile),
    )


def create_admin(db: Db, name: str, email: str) -> "Rows[str]":
    """Make an Admin without a password; answers its id. Violates `email_taken` where an account of staff has it."""
    return scalars(
        db,
        "INSERT INTO user_account (user_id, role, name, email)"
        " VALUES ('ADM-' || nextval('admin_number'), 'Admin', %(name)s, %(email)s) RETURNING user_id",
        name=name,
        email=email,
    )
