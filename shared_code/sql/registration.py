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
    """Make the phone's customer unless the phone has an account already, whoever else is about to make it.

    Where nobody is signed in, it makes itself: so says the audit.
    """
    scalars(
        db,
        """
        INSERT INTO user_account (user_id, role, name, phone, email, address, city, state, pin_code)
        SELECT made.user_id, 'Customer', %(name)s, %(phone)s, %(email)s, %(address)s, %(city)s, %(state)s, %(pin_code)s
        FROM (SELECT 'CUST-' || nextval('customer_number') AS user_id,
                nullif(current_setting('solarium.actor', true), '') AS actor,
                nullif(current_setting('solarium.role', true), '') AS role) made,
            set_config('solarium.actor', coalesce(made.actor, made.user_id), true) a,
            set_config('solarium.role', coalesce(made.role, 'Customer'), true) b
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


def act_as_customer(db: Db, phone: str) -> None:
    """Say to the audit that the phone's customer acts: it has proven that the phone is its own."""
    scalars(
        db,
        "SELECT set_config('solarium.actor', user_id, true), set_config('solarium.role', role, true)"
        " FROM user_account WHERE phone = %(phone)s AND role = 'Customer'",
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


@dataclass(frozen=True)
class Firm:
    """What a partner trades as. None: not known."""

    organization_name: str | None
    gstin: str | None


def create_partner(
    db: Db, cp_id: str, phone: str, profile: Profile, firm: Firm, status: str = "pending", kam_id: str | None = None
) -> None:
    """Make a partner, who waits for an Admin unless made active. Violates `phone_taken` where the phone is taken."""
    scalars(
        db,
        """
        WITH made AS (
            INSERT INTO user_account (user_id, role, status, name, phone, email, address, city, state, pin_code)
            VALUES (%(cp_id)s, 'CP', %(status)s, %(name)s, %(phone)s, %(email)s, %(address)s, %(city)s, %(state)s,
                %(pin_code)s)
            RETURNING user_id)
        INSERT INTO channel_partner (cp_id, organization_name, gstin, kam_id)
        SELECT user_id, %(organization_name)s, %(gstin)s, %(kam_id)s FROM made
        """,
        cp_id=cp_id,
        phone=phone,
        **asdict(profile),
        **asdict(firm),
        status=status,
        kam_id=kam_id,
    )


def next_kam_id(db: Db) -> "Rows[str]":
    """The id of the KAM that is about to be made."""
    return scalars(db, "SELECT 'KAM-' || nextval('kam_number')")


def create_kam(db: Db, kam_id: str, name: str, email: str, phone: str | None) -> None:
    """Make a KAM without a password. Violates `email_taken` where an account of staff has the address."""
    scalars(
        db,
        """
        WITH made AS (
            INSERT INTO user_account (user_id, role, name, email, phone)
            VALUES (%(kam_id)s, 'KAM', %(name)s, %(email)s, %(phone)s) RETURNING user_id)
        INSERT INTO kam SELECT user_id FROM made
        """,
        kam_id=kam_id,
        name=name,
        email=email,
        phone=phone,
    )


def create_admin(db: Db, name: str, email: str, phone: str | None = None) -> "Rows[str]":
    """Make an Admin without a password; answers its id. Violates `email_taken` where an account of staff has it."""
    return scalars(
        db,
        "INSERT INTO user_account (user_id, role, name, email, phone)"
        " VALUES ('ADM-' || nextval('admin_number'), 'Admin', %(name)s, %(email)s, %(phone)s) RETURNING user_id",
        name=name,
        email=email,
        phone=phone,
    )
