"""How far each customer's notice came, and who goes on by phone where it did not arrive (COD-3)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.account_changes.enums import MessageStatus, RecipientState
from apps.account_changes.enums.changes import ENDED
from apps.account_changes.models import CampaignRecipient
from apps.account_changes.services.campaigns import clocks
from apps.account_changes.states import RECIPIENT_MOVES
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.database import database_now, in_callers_transaction, write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.models import Event
from apps.events.services import new_event, record, record_many

HAND_OVER = "apps.account_changes.tasks.hand_over_to_agents"
MOST = 500
PHONE = "phone"
S, R = MessageStatus, RecipientState
# What the notifications floor calls it → how far the notice came.
_STATUSES = {
    "accepted": S.SENT,
    "failed": S.FAILED,
    "suppressed": S.FAILED,
    "handed_over": S.CALL,
    "delivered": S.DELIVERED,
    "read": S.READ,
}
_FURTHER = list(S)
# A later word wins where it is further along.
_STORE = """
INSERT INTO account_changes_campaignmessage AS m (recipient_id, channel, status, since)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::timestamptz[])
ON CONFLICT (recipient_id, channel) DO UPDATE SET status = excluded.status, since = excluded.since
    WHERE array_position(%s::varchar[], excluded.status) > array_position(%s::varchar[], m.status)
"""


@in_callers_transaction()
def note_messages(events: Sequence[Event]) -> None:
    """Store per customer and channel what became of their messages (``delivery.moved``), and move the
    customers along; idempotent, any number in a few statements."""
    furthest: dict[tuple[int, str], tuple[MessageStatus, datetime]] = {}
    whose = _whose(event.data["event"] for event in events)
    for event in events:
        status, pk = _STATUSES.get(event.data["to"]), whose.get(event.data["event"])
        if status is None or pk is None:
            continue
        key = (pk, event.data["channel"])
        if key not in furthest or _is_further(status, furthest[key][0]):
            furthest[key] = (status, event.at)
    if not furthest:
        return
    _store(furthest)
    wanted: dict[int, list[RecipientState]] = {}
    for (pk, channel), (status, _at) in sorted(furthest.items()):
        if (to := _state_by(channel, status)) is not None:
            wanted.setdefault(pk, []).append(to)
    at = max(event.at for event in events)
    move_recipients(wanted, by=system_user("sweeper"), at=at)


def _whose(event_ids: Iterable[int | None]) -> dict[int, int]:
    """The event that brought a message about → the customer it is about."""
    rows = Event.objects.filter(
        pk__in={pk for pk in event_ids if pk is not None},
        subject_type=CampaignRecipient._meta.label_lower,
    )
    return {pk: int(subject) for pk, subject in rows.values_list("pk", "subject_id")}


def _is_further(one: MessageStatus, other: MessageStatus) -> bool:
    return _FURTHER.index(one) > _FURTHER.index(other)


def _store(furthest: Mapping[tuple[int, str], tuple[MessageStatus, datetime]]) -> None:
    order = [str(status) for status in _FURTHER]
    rows = sorted(furthest.items())
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                [pk for (pk, _channel), _reached in rows],
                [channel for (_pk, channel), _reached in rows],
                [str(status) for _key, (status, _at) in rows],
                [at for _key, (_status, at) in rows],
                order,
                order,
            ],
        )


def _state_by(channel: str, status: MessageStatus) -> RecipientState | None:
    if channel == PHONE:
        by_phone = {S.CALL: R.TO_CALL, S.FAILED: R.UNREACHABLE, S.DELIVERED: R.PHONED}
        return by_phone.get(status)
    return {S.DELIVERED: R.DELIVERED, S.READ: R.READ}.get(status)


@in_callers_transaction()
def move_recipients(
    wanted: Mapping[int, Sequence[RecipientState]],
    *,
    by: User,
    at: datetime,
    change: Callable[[CampaignRecipient], None] | None = None,
) -> list[CampaignRecipient]:
    """Move these customers (id → states in order) as far as the table of moves lets them; who has moved.
    What does not fit is old news and left alone. ``change`` sets further fields of one that moves."""
    rows = CampaignRecipient.objects.select_for_update(no_key=True).filter(pk__in=wanted)
    moved, news = [], []
    for row in rows.order_by("pk"):
        was = row.state
        for to in wanted[row.pk]:
            if RECIPIENT_MOVES.allows(row.state, to):
                row.state, row.state_since = to, at
        if row.state == was:
            continue
        if change is not None:
            change(row)
        moved.append(row)
        data = {"from": was, "to": row.state, "customer": row.customer_id}
        news.append(new_event("account_notice.moved", row, by=by, at=at, data=data))
    columns = ["state", "state_since", "acknowledged_at", "acknowledged_by"]
    write_columns(moved, columns)
    record_many(news)
    clocks.finish_if_done({row.campaign_id for row in moved}, by=by, at=at)
    return moved


@transaction.atomic
def hand_over_to_agents(limit: int = MOST) -> int:
    """Whoever was not reached when calls begin is called by their agent; how many that were. May run
    twice at once; a change that was called off or rolled back calls nobody."""
    begun = Q(supplement=None, campaign__call_from__lte=Now()) | Q(supplement__call_from__lte=Now())
    due = list(
        CampaignRecipient.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(begun, state=R.TOLD)
        .exclude(campaign__project__state__in=ENDED)
        .order_by("pk")[:limit]
    )
    if not due:
        return 0
    by, at = system_user("sweeper"), database_now()
    move_recipients({row.pk: [R.TO_CALL] for row in due}, by=by, at=at)
    record_many(
        new_event(
            "account_notice.handed_over",
            row,
            by=by,
            at=at,
            data={"customer": row.customer_id, "agent": row.agent_id},
        )
        for row in due
    )
    return len(due)


@transaction.atomic
def name_agent(*, recipient_id: int, agent: User, by: User, at: datetime) -> CampaignRecipient:
    """Somebody else goes on with this customer."""
    row = _locked(recipient_id, by)
    if not agent.is_active or not agent.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_agent", field="agent")
    if row.agent_id == agent.pk:
        raise RuleBroken(
            _("%(name)s has this customer already.") % {"name": agent.display_name},
            code="nothing_changed",
            field="agent",
        )
    row.agent = agent
    row.save(update_fields=["agent"])
    data = {"agent": agent.pk, "customer": row.customer_id}
    record("account_notice.given", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def note_call(
    *, recipient_id: int, reached: bool, note: str, by: User, at: datetime
) -> CampaignRecipient:
    """An agent called, as where no contact was on file and so no call was queued. Who was not reached
    stays with their agent; ``note`` says what was tried."""
    row = _locked(recipient_id, by)
    tidy = mask_text(" ".join(note.split()))[:300]
    if not tidy and not reached:
        raise BadInput(_("Say what was tried."), code="reason_missing", field="note")
    to = R.PHONED if reached else R.UNREACHABLE
    RECIPIENT_MOVES.check(R(row.state), to)
    data: dict[str, Any] = {
        "from": row.state,
        "to": str(to),
        "note": tidy,
        "customer": row.customer_id,
    }
    row.state, row.state_since = to, at
    row.save(update_fields=["state", "state_since"])
    record("account_notice.moved", row, by=by, at=at, data=data)
    clocks.finish_if_done([row.campaign_id], by=by, at=at)
    return row


def _locked(recipient_id: int, by: User) -> CampaignRecipient:
    rows = CampaignRecipient.objects.visible_to(by).select_for_update(of=("self",))
    return rows.get(pk=recipient_id)
