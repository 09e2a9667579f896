"""The second factor of Admins and KAMs: a code of an app on their phone, or a recovery code (rules.md 5.5)."""

import hashlib
import hmac
import logging
import os
import re
import secrets
from datetime import datetime
from typing import Final

from shared_code import log
from shared_code.context import Context
from shared_code.settings import Settings
from shared_code.sql import second_factors
from shared_code.sql.second_factors import Factor

ISSUER: Final = "Solarium"
DRIFT: Final = 1  # steps of 30 s that a phone's clock may be wrong, either way
RECOVERY_CODES: Final = 10
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none looks like another; ten of them are 49 bits
TOTP_CODE: Final = re.compile(r"[0-9]{6}")
NONCE: Final = 12  # bytes


def begin(ctx: Context, user_id: str, email: str) -> tuple[str, str]:
    """A new secret that waits to be confirmed, and the `otpauth` URI that an app takes it from."""
    import pyotp

    secret = pyotp.random_base32()
    second_factors.begin(ctx.db, user_id, _sealed(ctx.settings, user_id, secret))
    return secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm(ctx: Context, user_id: str, pending: bytes, code: str) -> list[str] | None:
    """Switch on the secret that waited, if the code is of it; answers its recovery codes, which nobody sees again."""
    step = _step(_opened(ctx.settings, user_id, pending), code, ctx.now)
    if step is None:
        return None
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    hashes = [_recovery_hash(ctx.settings, user_id, code) for code in codes]
    on = second_factors.switch_on(ctx.db, user_id, pending, step, hashes).fetchone()
    return [f"{code[:5]}-{code[5:]}" for code in codes] if on else None


def accepts(ctx: Context, user_id: str, secret: bytes, given: str) -> bool:
    """Whether it is a code of the secret, or a recovery code, that was not used before; it is used up by that."""
    code = re.sub(r"[ -]", "", given).upper()
    if not TOTP_CODE.fullmatch(code):
        code_hash = _recovery_hash(ctx.settings, user_id, code)
        return second_factors.use_recovery_code(ctx.db, user_id, code_hash).fetchone() is not None
    step = _step(_opened(ctx.settings, user_id, secret), code, ctx.now)
    return step is not None and second_factors.use_step(ctx.db, user_id, secret, step).fetchone() is not None


def find(ctx: Context, user_id: str) -> Factor:
    """The person's second factor; one without secrets if there is none."""
    return second_factors.find(ctx.db, user_id).fetchone() or Factor(None, None)


def _step(secret: str | None, code: str, now: datetime) -> int | None:
    """The step whose code it is."""
    import pyotp

    if secret is None:
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=DRIFT)
    except pyotp.OTPVerificationError:
        return None


def _recovery_hash(settings: Settings, user_id: str, code: str) -> bytes:
    return hmac.digest(_key(settings, "recovery code"), f"{user_id}:{code}".encode(), hashlib.sha256)


def _sealed(settings: Settings, user_id: str, secret: str) -> bytes:
    """The secret encrypted, for that person alone: whoever reads the database cannot make codes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(settings, "totp secret")).encrypt(nonce, secret.encode(), user_id.encode())


def _opened(settings: Settings, user_id: str, sealed: bytes) -> str | None:
    """The secret; None if it was sealed under another pepper."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        cipher = AESGCM(_key(settings, "totp secret"))
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], user_id.encode()).decode()
    except InvalidTag:
        log.event("second_factor_unreadable", level=logging.ERROR, userId=user_id)
        return None


def _key(settings: Settings, purpose: str) -> bytes:
    return hmac.digest(settings.otp_pepper.get_secret_value().encode(), purpose.encode(), hashlib.sha256)
