"""From events to deliveries: one row per cause, recipient and channel (NTF-2)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.core.database import database_now, in_callers_transaction
from apps.core.notice_types import Notice
from apps.core.public_links import public_link
from apps.events.models import Event
from apps.notifications import channels
from apps.notifications.addresses import index_of, is_ours
from apps.notifications.enums import Audience, DeliveryState, Platform
from apps.notifications.models import (
    LinkedAddress,
    NotificationPolicy,
    Preference,
    SuppressedAddress,
)
from apps.notifications.queries.notices import notices_of
from apps.notifications.queries.persons import Person, add_accounts
from apps.notifications.queries.preferences import is_unwanted, keys_of, preference_of, quiet_end
from apps.notifications.queries.recipients import Planned, plan
from apps.notifications.services.rows import NewDelivery, insert
from apps.notifications.services.webhook_events import queue_webhooks
from apps.notifications.topics import TOPICS, followed_topic

LAST = "phone"
# Minutes in which news that comes late, many pieces at once, is gathered for each person.
CATCHING_UP = 1


@in_callers_transaction()
def notify_about(events: Sequence[Event]) -> int:
    """Queue the messages that these events mean to people and merchants; return how many messages were new.

    Idempotent: notifying about an event again adds nothing. Old news is left out for people, and
    still reaches merchants' webhooks, which keep their own order.
    """
    return notify(notices_of(events)) + queue_webhooks(events)


@in_callers_transaction()
def notify(notices: Sequence[Notice]) -> int:
    """Queue these notices by the policies in force; return how many messages were new."""
    planned = plan(notices) if notices else []
    if not planned:
        return 0
    now = database_now()
    planned = [p for p in planned if _is_fresh(p, now)]
    book = _AddressBook(planned)
    return len(insert([_row(p, book, now) for p in planned]))


def _is_fresh(planned: Planned, now: datetime) -> bool:
    return now - planned.notice.at <= timedelta(hours=planned.policy.max_age_hours)


class _AddressBook:
    """Preferences, linked accounts and stopped addresses of everyone concerned, read once."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        people = {p.person.key: p.person for p in planned}
        indexes = {p.key: index_of(p.phone) for p in people.values() if p.phone}
        self._linked = dict(
            LinkedAddress.objects.filter(
                phone_index__any_of=set(indexes.values()), ended_at__isnull=True
            )
            .order_by("pk")
            .values_list("phone_index", "address")
        )
        self._indexes = indexes
        self._open = [c for c in channels.all_channels() if c.configured()]
        if any(str(c.name) in Platform.values for c in self._open):
            # A person may be planned for several times, each with addresses of its own.
            add_accounts({id(p.person): p.person for p in planned}.values())
        self._usable = {id(p.person): self._reach(p.person) for p in planned}
        self._leave_out_stopped()
        keys = {key for p in people.values() for key in keys_of(p.key, p.customer_id)}
        self._preferences = {
            p.recipient: p for p in Preference.objects.filter(recipient__any_of=keys)
        }

    def _leave_out_stopped(self) -> None:
        reached = {a for addresses in self._usable.values() for a in addresses.values() if a}
        stopped = set(
            SuppressedAddress.objects.filter(
                address_index__any_of={index_of(a) for a in reached}, lifted_at__isnull=True
            ).values_list("channel", "address_index")
        )
        if not stopped:
            return
        for key, addresses in self._usable.items():
            self._usable[key] = {
                channel: address
                for channel, address in addresses.items()
                if not (address and (channel, index_of(address)) in stopped)
            }

    def preference(self, person: Person) -> Preference | None:
        return preference_of(person.key, person.customer_id, self._preferences)

    def _reach(self, person: Person) -> dict[str, str]:
        openid = self._linked.get(self._indexes.get(person.key, ""))
        if openid and not person.one_address:
            person.addresses.setdefault("wechat", openid)
        reach: dict[str, str] = {}
        for channel in self._open:
            name = str(channel.name)
            # Who gave one address is notified there, also where the channel finds others by itself.
            own = person.addresses.get(name)
            address = own if person.one_address else channel.address_of(person)
            if address is not None and not (name == "email" and is_ours(address)):
                reach[name] = address
        return reach

    def usable(self, person: Person) -> dict[str, str]:
        """Addresses by channel, without the stopped ones, our own, and channels not set up."""
        return self._usable[id(person)]


def _row(planned: Planned, book: _AddressBook, now: datetime) -> NewDelivery:
    notice, policy, person = planned.notice, planned.policy, planned.person
    preference = book.preference(person)
    to_group = policy.audience == Audience.GROUP
    # What a step says of channels is about people; a group gets the news once, however many there are.
    allowed = list(policy.channels) if to_group else list(notice.channels) or list(policy.channels)
    chain = _chain(allowed, person, preference, book.usable(person))
    first = chain[0] if chain else (allowed[0], "")
    row = NewDelivery(
        cause=_once(notice) if to_group else notice.cause,
        topic=notice.topic,
        audience=policy.audience,
        channel=first[0],
        address=first[1],
        recipient=person.key,
        label=person.label,
        language=(preference.language if preference else "") or person.language,
        event_id=notice.event.pk if notice.event else None,
        policy_id=policy.pk,
        waybill_id=notice.waybill.pk if notice.waybill else None,
        customer_id=notice.customer.pk if notice.customer else None,
        case_id=notice.case.pk if notice.case else None,
        data=notice.data,
        personal=notice.personal,
        link=notice.link or link_of(notice),
        urgent=policy.urgent,
        quiet=None if notice.at_once else _quiet(policy, preference),
        chain=chain[1:],
        fallback_minutes=policy.fallback_minutes,
        due_at=now,
    )
    if not chain:
        row.state, row.reason = DeliveryState.SUPPRESSED, "no_channel"
    elif is_unwanted(
        preference, topic=notice.topic, audience=policy.audience, urgent=policy.urgent
    ):
        row.state, row.reason = DeliveryState.SUPPRESSED, "opted_out"
    else:
        _schedule(row, policy, notice, now)
    return row


def _once(notice: Notice) -> str:
    return f"{notice.topic}:{notice.event.pk}" if notice.event else notice.cause


def _chain(
    allowed: Sequence[str],
    person: Person,
    preference: Preference | None,
    usable: dict[str, str],
) -> list[tuple[str, str]]:
    """The allowed channels that fit, those the person prefers first, a call always last."""
    prefers = list(preference.channels) if preference and preference.channels else []
    prefers += [person.prefers] if person.prefers != LAST else []
    order = [c for c in prefers if c in allowed and c != LAST]
    order += [c for c in allowed if c not in order and c != LAST]
    order += [LAST] if LAST in allowed else []
    return [(c, usable[c]) for c in dict.fromkeys(order) if c in usable]


def _quiet(policy: NotificationPolicy, preference: Preference | None) -> tuple[time, time] | None:
    if policy.urgent:
        return None
    for source in (preference, policy):
        if source and source.quiet_from is not None and source.quiet_until is not None:
            return (source.quiet_from, source.quiet_until)
    return None


def _schedule(row: NewDelivery, policy: NotificationPolicy, notice: Notice, now: datetime) -> None:
    """Waiting for a time, gathering, quiet hours: all of them only move the due time."""
    row.due_at = max(now, notice.not_before or now)
    # A message that is followed goes out on its own, so that its own outcome is known.
    alone = bool(followed_topic(notice.topic))
    gather = 0 if alone or policy.urgent else policy.digest_minutes
    if notice.gather and not alone:
        gather = max(gather, CATCHING_UP)
    if gather:
        row.digest_key = f"{row.recipient}|{row.channel}|{row.language}"
        row.due_at += timedelta(minutes=gather)
    if row.due_at > now and not gather:
        row.state, row.reason = DeliveryState.HELD, "not_before"
    if row.quiet:
        until = quiet_end(row.due_at, *row.quiet, ZoneInfo(settings.TIME_ZONE))
        if until is not None:
            row.state, row.due_at, row.reason = DeliveryState.HELD, until, "quiet_hours"


def link_of(notice: Notice) -> str:
    """The page that shows more: the shipment's for people outside, none for staff."""
    known = TOPICS.get(notice.topic)
    if notice.waybill is None or known is None or not known.public:
        return ""
    return public_link("portal:shipment", notice.waybill.number)
