"""What people are told in the apps: each event of rules.md 7 with its words and who hears of it."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from shared_code.rules.lead_status import TERMINAL, Move, Status
from shared_code.rules.scope import Caller
from shared_code.rules.text import rupees
from shared_code.sql.follow_ups import tell_overdue
from shared_code.sql.notifications import News, tell, tell_users
from shared_code.sql.pool import Db, Rows

MILESTONES = (Status.CUSTOMER_ACCEPTED, Status.WON, Status.UNDER_EXECUTION, Status.EXECUTED)


def lead_entered(db: Db, actor: Caller, lead_id: str, state: str, cp_id: str | None) -> None:
    """The Admins hear of a lead without a partner; a partner and its KAM of one entered for them."""
    data = {"leadId": lead_id}
    if cp_id is None:
        text = f"{lead_id} in {state} waits for a partner."
        tell(db, News("leadUnassigned", "Lead without partner", text, "warning", data), ["admins"], actor=actor)
    elif cp_id != actor.user_id:
        news = News("leadAssigned", "New lead", f"{lead_id} in {state} was entered.", data=data)
        tell(db, news, ["partner", "kam"], lead_id, actor)


def lead_reassigned(
    db: Db, actor: Caller, lead_id: str, former: str | None, former_kam: str | None, cp_id: str
) -> None:
    """The partner it goes to, the one it leaves and the KAMs of both hear of it."""
    data = {"leadId": lead_id}
    yours = News("leadAssigned", "New lead", f"{lead_id} is yours now.", data=data)
    tell_users(db, yours, [cp_id], actor=actor)
    gone = News("leadReassigned", "Lead reassigned", f"{lead_id} went to another partner.", data=data)
    tell_users(db, gone, [former], actor=actor)
    went = News("leadReassigned", "Lead reassigned", f"{lead_id} went from {former or 'nobody'} to {cp_id}.", data=data)
    tell_users(db, went, [former_kam], ["kam"], lead_id, actor)


def lead_moved(db: Db, actor: Caller, lead_id: str, move: Move) -> None:
    """Partner and KAM hear of a move by another; the customer of a milestone."""
    if not move.is_status_event:
        return
    data = {"leadId": lead_id, "status": move.to_status.value}
    text = f"{lead_id} moved from {move.from_status} to {move.to_status}."
    tell(db, News("leadStatus", "Lead status changed", text, data=data), ["partner", "kam"], lead_id, actor)
    if move.to_status in MILESTONES:
        text = f"Your installation {lead_id} is now: {move.to_status}."
        tell(db, News("milestone", "A step further", text, "success", data), ["customer"], lead_id, actor)


def follow_ups_overdue(db: Db, day: date, now: datetime) -> "Rows[str]":
    """Partners and KAMs hear, once on that day in India, how many follow-ups are overdue; answers who does."""
    title, one, many = "Follow-ups overdue", "1 follow-up is overdue.", "%s follow-ups are overdue."
    return tell_overdue(db, day, now, TERMINAL, title, one, many)


def quotation_shared(db: Db, lead_id: str, reference: str) -> None:
    """The customer hears that a quotation is there."""
    data = {"leadId": lead_id, "quotationId": reference}
    news = News("quotationShared", "New quotation", f"Quotation {reference} is ready for you.", "success", data)
    tell(db, news, ["customer"], lead_id)


def quotation_answered(
    db: Db, actor: Caller, lead_id: str, reference: str, how: Literal["accepted", "rejected"]
) -> None:
    """Partner, KAM and Admins hear what became of a quotation."""
    data = {"leadId": lead_id, "quotationId": reference}
    text = f"Quotation {reference} was {how}."
    severity: Literal["success", "warning"] = "success" if how == "accepted" else "warning"
    news = News(f"quotation{how.capitalize()}", f"Quotation {how}", text, severity, data)
    tell(db, news, ["partner", "kam", "admins"], lead_id, actor)


def commission_opened(db: Db, lead_id: str) -> None:
    """The partner hears that a commission waits for approval."""
    text = f"Your commission for {lead_id} waits for approval."
    tell(db, News("commissionOpened", "Commission opened", text, "success", {"leadId": lead_id}), ["partner"], lead_id)


def commission_missing(db: Db, lead_id: str) -> None:
    """The Admins hear of a lead executed without quotation or partner (rules.md 4.1)."""
    text = f"{lead_id} was executed without quotation or partner."
    tell(db, News("commissionMissing", "No commission", text, "warning", {"leadId": lead_id}), ["admins"])


def commission_stays(db: Db, lead_id: str, commission_id: str, status: str) -> None:
    """The Admins hear that Executed was undone and its commission is past undoing (rules.md 4.3)."""
    text = f"Executed of {lead_id} was undone; its commission stays {status}."
    data = {"leadId": lead_id, "commissionId": commission_id}
    tell(db, News("commissionStays", "Executed undone", text, "warning", data), ["admins"])


def commission_approved(db: Db, cp_id: str, lead_id: str, commission_id: str, amount: Decimal) -> None:
    """The partner hears how much will be paid, ₹."""
    data = {"leadId": lead_id, "commissionId": commission_id}
    text = f"{rupees(amount)} for {lead_id} will be paid."
    tell_users(db, News("commissionApproved", "Commission approved", text, "success", data), [cp_id])


def commission_paid(db: Db, cp_id: str, lead_id: str, commission_id: str, utr: str) -> None:
    """The partner hears that it was paid, and under which UTR."""
    data = {"leadId": lead_id, "commissionId": commission_id}
    text = f"The commission for {lead_id} was paid, UTR {utr}."
    tell_users(db, News("commissionPaid", "Commission paid", text, "success", data), [cp_id])


def upload_refused(db: Db, uploaded_by: str, doc_id: str, lead_id: str | None, doc_type: str, why: str) -> None:
    """The uploader hears why its file was refused."""
    data = {"docId": doc_id, "leadId": lead_id}
    tell_users(db, News("uploadRefused", "File refused", f"{doc_type}: {why}", "error", data), [uploaded_by])


def kyc_uploaded(db: Db, actor: Caller, customer_id: str, doc_id: str, doc_type: str) -> None:
    """Admins and KAM hear of a paper to review."""
    news = News(
        "kycUploaded", "Paper to review", f"{doc_type} of {customer_id} waits for review.", data={"docId": doc_id}
    )
    tell_users(db, news, [], ["admins", "kam"], actor=actor, customer_id=customer_id)


def kyc_reviewed(db: Db, actor: Caller, customer_id: str, doc_id: str, doc_type: str, rejected_for: str | None) -> None:
    """The customer and its partner hear what became of a paper."""
    data = {"docId": doc_id}
    if rejected_for is None:
        news = News("kycApproved", "Paper approved", f"{doc_type} is approved.", "success", data)
    else:
        news = News("kycRejected", "Paper rejected", f"{doc_type}: {rejected_for}", "warning", data)
    tell_users(db, news, [customer_id], ["partner"], actor=actor, customer_id=customer_id)


def partner_registered(db: Db, cp_id: str, state: str) -> None:
    """The Admins hear that a partner waits to be let in."""
    text = f"{cp_id} in {state} has registered and waits for approval."
    tell(db, News("partnerRegistered", "New channel partner", text, data={"cpId": cp_id}), ["admins"])


def kam_assigned(db: Db, kam_id: str, kam_name: str | None, cp_ids: Collection[str]) -> None:
    """Partners hear who looks after them from now on; the KAM hears of all of them at once. None: nobody is told."""
    if not cp_ids:
        return
    text = f"{kam_name or kam_id} looks after you from now on."
    tell_users(db, News("kamAssigned", "Your Key Account Manager", text, data={"kamId": kam_id}), cp_ids)
    whom = next(iter(cp_ids)) if len(cp_ids) == 1 else f"{len(cp_ids)} channel partners"
    data = {"cpId": whom} if len(cp_ids) == 1 else {"count": len(cp_ids)}
    news = News("partnersAssigned", "Channel partners for you", f"You look after {whom} from now on.", data=data)
    tell_users(db, news, [kam_id])


def partner_activated(db: Db, cp_id: str) -> None:
    """The partner is welcomed."""
    news = News("partnerActivated", "Welcome to Solarium", "Your registration is approved.", "success")
    tell_users(db, news, [cp_id])


def provider_failing(db: Db, provider: str) -> None:
    """The Admins hear that messages do not go out."""
    what = {"msg91": "SMS", "sendgrid": "E-mail"}[provider]
    text = f"{what} failed several times within ten minutes. What can wait is sent again; the outbox shows it."
    tell(db, News("providerFailing", f"{what} keeps failing", text, "error", {"provider": provider}), ["admins"])


def message_given_up(db: Db, message_id: int, channel: str) -> None:
    """The Admins hear of a message that nobody took for a day."""
    what = {"sms": "An SMS", "email": "An e-mail"}[channel]
    text = f"{what} could not be sent for a day and was given up. It can be tried again from the outbox."
    news = News("messageGivenUp", "Message given up", text, "error", {"messageId": str(message_id)})
    tell(db, news, ["admins"])
