"""People of one module's own in the running app.

`kam`, `partner` and `customer` belong together; `other_kam`, `other_partner` and `other_customer` are
strangers to them.
"""

import json
import secrets
from functools import cached_property
from typing import Any, Self

import jwt
import psycopg

from tests.app_process import AppProcess, Person


class People:
    """Signs its people in when they are first needed, each from an address of its own."""

    def __init__(self, app: AppProcess) -> None:
        self.app = app

    def __enter__(self) -> Self:
        self.db = psycopg.connect(self.app.owner_url, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    @cached_property
    def admin(self) -> Person:
        """An Admin."""
        return self.new_staff("Admin")

    @cached_property
    def kam(self) -> Person:
        """The KAM of `partner`."""
        return self.new_staff("KAM")

    @cached_property
    def partner(self) -> Person:
        """A partner of `kam`."""
        return self.new_partner(self.kam)

    @cached_property
    def customer(self) -> Person:
        """A customer with a complete profile."""
        return self.new_customer()

    @cached_property
    def other_kam(self) -> Person:
        """The KAM of `other_partner`."""
        return self.new_staff("KAM")

    @cached_property
    def other_partner(self) -> Person:
        """A partner of `other_kam`."""
        return self.new_partner(self.other_kam)

    @cached_property
    def other_customer(self) -> Person:
        """Another customer."""
        return self.new_customer()

    def stranger(self) -> Person:
        """Somebody who is not signed in, calling from an address nobody else has."""
        parts = [secrets.randbelow(254) + 1 for _ in range(3)]
        return self.app.person("127.{}.{}.{}".format(*parts))

    def new(self, role: str) -> Person:
        """Somebody of that role, signed in; a partner is one of `kam`."""
        if role == "CP":
            return self.new_partner(self.kam)
        return self.new_customer() if role == "Customer" else self.new_staff(role)

    def new_staff(self, role: str) -> Person:
        """An Admin or a KAM, signed in."""
        email = f"{secrets.token_hex(6)}@solarium.test"
        user_id = self._add(role, "email", email)
        self.db.execute(
            "UPDATE user_account SET password_hash = a.password_hash FROM user_account a"
            " WHERE user_account.user_id = %s AND a.user_id = 'ADM-1'",
            [user_id],
        )
        return self.stranger().with_password(email)

    def new_partner(self, kam: Person) -> Person:
        """An active partner, signed in."""
        return self.stranger().with_code(self.new_partners_phone(kam))

    def new_partners_phone(self, kam: Person, status: str = "active") -> str:
        """The phone of a partner who has not signed in."""
        phone = new_phone()
        user_id = self._add("CP", "phone", phone)
        self.db.execute("UPDATE user_account SET status = %s WHERE user_id = %s", [status, user_id])
        self.db.execute("UPDATE channel_partner SET kam_id = %s WHERE cp_id = %s", [kam.session["userId"], user_id])
        return phone

    def newcomer(self, kam: Person) -> str:
        """The id of a partner of that KAM who waits to be let in."""
        phone = self.new_partners_phone(kam, "pending")
        return str(self.value("SELECT user_id FROM user_account WHERE phone = %s", phone))

    def new_customer(self) -> Person:
        """A customer with a complete profile, signed in."""
        phone = new_phone()
        self._add("Customer", "phone", phone)
        return self.stranger().with_code(phone)

    def twin(self, person: Person) -> Person:
        """The same person on another device, with a session of its own that no sign-in was needed for."""
        session_id = secrets.token_hex(16)
        opened = [session_id, person.session["userId"]]
        self.db.execute("INSERT INTO session (session_id, user_id) VALUES (%s, %s)", opened)
        twin = self.stranger()
        twin.session = person.session | {"sessionId": session_id}
        twin.http.headers["Authorization"] = f"Bearer {self.signed(claims_of(person) | {'sid': session_id})}"
        return twin

    def signed(self, claims: dict[str, Any]) -> str:
        """A token as the running app signs it."""
        kid, key = self.signing_key
        return jwt.encode(claims, key, "HS256", {"kid": kid})

    @cached_property
    def signing_key(self) -> tuple[str, str]:
        """Name and secret of the key that the running app signs with."""
        kept = json.loads((self.app.data / "secrets.json").read_text())
        newest = json.loads(kept["JWT_SIGNING_KEYS"])[0]
        return newest["kid"], newest["key"]

    def _add(self, role: str, signs_in_with: str, value: str) -> str:
        prefix, numbers, table = {
            "Admin": ("ADM", "admin_number", None),
            "KAM": ("KAM", "kam_number", "kam"),
            "CP": ("CP", "cp_number", "channel_partner"),
            "Customer": ("CUST", "customer_number", "customer"),
        }[role]
        user_id: str = self.value(
            f"INSERT INTO user_account (user_id, role, name, {signs_in_with}, address, city, state, pin_code) VALUES"
            f" ('{prefix}-' || nextval('{numbers}'), %s, %s, %s, '12 Ashram Road',"
            " 'Ahmedabad', 'Gujarat', '380009') RETURNING user_id",
            role,
            f"Meera Joshi, {role}",
            value,
        )
        if table:
            self.db.execute(f"INSERT INTO {table} VALUES ('{user_id}')")
        return user_id

    def value(self, query: str, *params: object) -> Any:
        """The first column of the first row that the database's owner sees."""
        row = self.db.execute(query, params).fetchone()
        return row[0] if row else None


def claims_of(person: Person) -> dict[str, Any]:
    """What the person's access token says."""
    claims: dict[str, Any] = jwt.decode(person.session["accessToken"], options={"verify_signature": False})
    return claims


def new_phone() -> str:
    """A phone without account."""
    return f"6{secrets.randbelow(10**9):09d}"
