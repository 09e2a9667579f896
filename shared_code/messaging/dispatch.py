"""What we send by mail and SMS, one-time codes apart: composed, handed to its provider, failures counted.

Source: rules.md 7.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from shared_code import resets
from shared_code.adapters import calls, mails, msg91, sendgrid_mail
from shared_code.adapters.calls import ProviderFailed
from shared_code.adapters.mails import Mail
from shared_code.context import Context
from shared_code.messaging import gateways, provider_watch
from shared_code.sql.addressees import Addressee

ROLES = {"Admin": "Admin", "KAM": "Key Account Manager"}


def mail_reset(ctx: Context, to: Addressee, token: str) -> None:
    """Mail a link that sets a new password. Raises ProviderFailed, Refusal `PROVIDER_BUSY`."""
    _mail(ctx, to.email, mails.password_reset(to.called, _link(ctx, token), resets.VALID_FOR))


def mail_welcome(ctx: Context, to: Addressee, token: str) -> None:
    """Mail a new KAM or Admin a link that sets its first password. Raises as `mail_reset`."""
    _mail(ctx, to.email, mails.welcome(to.called, ROLES[to.role], _link(ctx, token), resets.WELCOME_VALID_FOR))


def mail_approval(ctx: Context, email: str, name: str) -> None:
    """Mail a channel partner that it may start. Raises as `mail_reset`."""
    _mail(ctx, email, mails.partner_approved(name))


def check_mail(ctx: Context) -> None:
    """Refuse a mail that could not even be tried now, before a link is made for it. Raises Refusal `PROVIDER_BUSY`."""
    calls.check_free(gateways.sendgrid(ctx.settings), "sendMail", ctx.request_id)


def text_approval(ctx: Context, phone: str) -> None:
    """Tell it the same by SMS. Raises as `mail_reset`."""
    with _watched(ctx):
        msg91.send_approval(gateways.msg91(ctx.settings), phone, ctx.request_id)


def _link(ctx: Context, token: str) -> str:
    return mails.password_link(ctx.settings.portal_base_url, token)


def _mail(ctx: Context, to: str, mail: Mail) -> None:
    with _watched(ctx):
        sendgrid_mail.send(gateways.sendgrid(ctx.settings), to, mail, ctx.request_id)


@contextmanager
def _watched(ctx: Context) -> Iterator[None]:
    try:
        yield
    except ProviderFailed as failure:
        provider_watch.failed(ctx.pool, failure.provider, ctx.request_id)
        raise
