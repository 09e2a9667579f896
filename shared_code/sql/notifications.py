"""What people are told in the apps: written in the transaction that causes it (rules.md 7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, LiteralString

from psycopg.types.json import Jsonb

from shared_code.rules.scope import Caller
from shared_code.sql import lists
from shared_code.sql.pool import Db, Rows, scalars

Audience = Literal["admins", "partner", "kam", "customer"]


@dataclass(frozen=True)
class News:
    """One thing to tell. `data` names what it is about: leadId, quotationId, ..."""

    type: str
    title: str
    message: str
    severity: Literal["info", "success", "warning", "error"] = "info"
    data: Mapping[str, Any] = field(default_factory=dict)


def tell(
    db: Db, news: News, audience: Collection[Audience], lead_id: str | None = None, actor: Caller | None = None
) -> None:
    """Tell active people, except the actor: all Admins; the partner, its KAM, the customer of the lead."""
    tell_users(db, news, (), audience, lead_id, actor)


def tell_users(
    db: Db,
    news: News,
    users: Collection[str | None],
    audience: Collection[Audience] = (),
    lead_id: str | None = None,
    actor: Caller | None = None,
    customer_id: str | None = None,
) -> None:
    """Tell these users too, by their ids; with `customer_id`: those who have a lead of that customer."""
    scalars(
        db,
        """
        INSERT INTO notification (user_id, type, title, message, severity, data)
        SELECT u.user_id, %(type)s, %(title)s, %(message)s, %(severity)s, %(data)s
        FROM user_account u
        WHERE u.status = 'active' AND u.user_id IS DISTINCT FROM %(actor_id)s AND u.user_id = ANY (ARRAY(
            SELECT unnest(%(users)s::text[])
            UNION ALL SELECT user_id FROM user_account WHERE 'admins' = ANY (%(audience)s) AND role = 'Admin'
            UNION ALL SELECT unnest(ARRAY[
                    CASE WHEN 'partner' = ANY (%(audience)s) THEN l.assigned_to END,
                    CASE WHEN 'kam' = ANY (%(audience)s) THEN c.kam_id END,
                    CASE WHEN 'customer' = ANY (%(audience)s) THEN l.customer_id END])
                FROM lead l LEFT JOIN channel_partner c ON c.cp_id = l.assigned_to
                WHERE l.lead_id = %(lead_id)s OR l.customer_id = %(customer_id)s))
        """,
        type=news.type,
        title=news.title,
        message=news.message,
        severity=news.severity,
        data=Jsonb(dict(news.data)),
        users=[user for user in users if user],
        audience=list(audience),
        lead_id=lead_id,
        customer_id=customer_id,
        actor_id=actor.user_id if actor else None,
    )


ITEM: Final[
    LiteralString
] = """json_build_object('id', n.id, 'type', n.type, 'title', n.title, 'message', n.message, 'severity', n.severity,
    'read', n.read_at IS NOT NULL, 'createdAt', iso(n.created_at), 'data', n.data)"""


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What a list of notifications is asked for."""

    unread: bool = False


def page(db: Db, user_id: str, wanted: Wanted) -> "Rows[bytes]":
    """A user's notifications, newest first, with how many are unread, as `data`."""
    own: list[LiteralString] = ["n.user_id = %(user_id)s", *lists.chosen(lists.created_between("n.created_at"), wanted)]
    return lists.list_page(
        db,
        item=ITEM,
        row_id="n.id",
        source="notification n",
        where=[*own, "n.read_at IS NULL"] if wanted.unread else own,
        order=lists.ordered({"createdAt": "n.created_at"}, wanted, "n.id"),
        wanted=wanted,
        params={"user_id": user_id},
        also=", 'unreadCount',"
        " (SELECT count(*) FROM notification n WHERE n.user_id = %(user_id)s AND n.read_at IS NULL)",
    )


def mark_read(db: Db, user_id: str, notification_id: str | None) -> "Rows[str]":
    """Mark one of the user's notifications read, or all of them; answers the ids that are read now."""
    return scalars(
        db,
        """
        UPDATE notification SET read_at = coalesce(read_at, now())
        WHERE user_id = %(user_id)s AND (id = %(id)s OR %(id)s::text IS NULL AND read_at IS NULL) RETURNING id
        """,
        user_id=user_id,
        id=notification_id,
    )
