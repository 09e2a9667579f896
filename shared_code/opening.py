"""How a request's transaction opens: is the session live, may the account and the role, was this asked before?"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared_code.context import Context
from shared_code.endpoints import Endpoint
from shared_code.identity import IDLE_LIFE, Claims
from shared_code.rules.refusal import Refusal, forbidden, invalid
from shared_code.rules.scope import Caller, Role
from shared_code.sql import edge as kept
from shared_code.sql import sessions

KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Reply:
    """An answer before it becomes HTTP: the whole envelope as bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str | None = None
    mimetype: str = "application/json"


class Replay(Exception):  # noqa: N818 -- not a failure
    """The first answer under this Idempotency-Key; it is given again."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


@dataclass(frozen=True)
class Opening:
    """Opens the transaction of one request. `key` and `fingerprint` belong to an Idempotency-Key, if there is one."""

    endpoint: Endpoint
    claims: Claims | None
    key: str | None = None
    fingerprint: bytes = b""

    def __call__(self, ctx: Context) -> Callable[[], Caller | None]:
        """Send the opening statements. What it answers reads their rows: who is calling, None on an open endpoint.

        That raises Refusal (401, 403, 400 for a malformed key, 409) or Replay.
        """
        if self.claims is None:
            sessions.act_without_session(ctx.db, ctx.request_id)
            return lambda: None
        claims, key = self.claims, self.key
        found = sessions.check(ctx.db, claims.session_id, claims.user_id, ctx.request_id, not self.endpoint.idle)
        known = key if key is not None and KEY.fullmatch(key) else None
        earlier = kept.claim_key(ctx.db, claims.user_id, known, self.fingerprint) if known else None

        def judge() -> Caller:
            standing = found.fetchone()
            caller = _live_caller(standing, claims.session_id, ctx)
            if caller.role not in self.endpoint.roles:
                raise forbidden("Your role may not do this.")
            if ctx.settings.mfa_required and not self.endpoint.without_factor:
                _check_second_factor(caller, standing)
            if key is not None and not known:
                raise invalid({"Idempotency-Key": "must be 1 to 255 visible characters"})
            if earlier is not None:
                self._replay(earlier.fetchone())
                ctx.answer_is_kept = True
            return caller

        return judge

    def keep(self, ctx: Context, reply: Reply) -> None:
        """Store the answer with the request's own writes."""
        if self.key and ctx.answer_is_kept:
            kept.keep_answer(ctx.db, ctx.caller.user_id, self.key, reply.status, reply.headers, reply.body)

    def _replay(self, earlier: kept.Kept | None) -> None:
        if earlier is None or earlier.fingerprint != self.fingerprint:
            raise Refusal("IDEMPOTENCY_CONFLICT", "This Idempotency-Key was used for another request.")
        if earlier.status is not None:
            raise Replay(Reply(earlier.status, earlier.body or b"", json.loads(earlier.headers or b"{}")))


def _live_caller(found: sessions.Standing | None, session_id: str, ctx: Context) -> Caller:
    """The caller of a session that is live and whose account may act (rules.md 5.4; api.md 1, which refusal wins)."""
    ended = Refusal("SESSION_EXPIRED", "This session has ended. Sign in again.")
    if found is None or (found.ended_at is not None and found.ended_by != "account"):
        raise ended
    if ctx.now - found.last_seen_at > IDLE_LIFE[Role(found.role)]:
        raise ended
    check_account(found.status, found.blocked)
    if found.ended_at is not None:
        raise ended
    return Caller(found.user_id, Role(found.role), session_id, found.name)


def _check_second_factor(caller: Caller, standing: sessions.Standing | None) -> None:
    """Refuse staff that has not switched on the second factor it must have (rules.md 5.5)."""
    if caller.role in (Role.ADMIN, Role.KAM) and not (standing and standing.has_second_factor):
        raise Refusal("FORBIDDEN", "Switch on your second factor first.", {"totp": "is required: see POST auth/totp"})


def check_account(status: str, blocked: bool) -> None:
    """Refuse an account that may not act: 403 `USER_BLOCKED`, `ACCOUNT_DEACTIVATED` or `ACCOUNT_PENDING`."""
    if blocked:
        raise Refusal("USER_BLOCKED", "This account is blocked. Speak to Solarium.")
    if status == "deactivated":
        raise Refusal("ACCOUNT_DEACTIVATED", "This account is deactivated. Speak to Solarium.")
    if status == "pending":
        raise Refusal("ACCOUNT_PENDING", "Your registration is waiting for Solarium's approval.")


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same under an Idempotency-Key: SHA-256 of method, path and body."""
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).digest()


def idempotency_key(endpoint: Endpoint, header: str | None) -> str | None:
    """The key as it was sent, where it is honoured."""
    return header if endpoint.honours_key else None
