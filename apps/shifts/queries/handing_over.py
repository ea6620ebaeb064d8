"""What a handover's list holds, who could take it, and what happened while one was away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, DutyShift, User
from apps.core.discovery import modules_named
from apps.core.handing_over import HandedOver
from apps.events.models import Event
from apps.shifts.enums import MATTER, MATTER_KINDS
from apps.shifts.models import Handover, HandoverItem
from apps.shifts.queries.taking_over import holders, in_charge, may_take_over, on_duty_at
from apps.sla.enums import Metric
from apps.sla.models import Clock

BEFORE = timedelta(minutes=30)  # before the end of a shift its handover opens
GRACE = timedelta(minutes=15)  # after it, it lapses
LOOKED_BACK = timedelta(hours=6)  # for shifts that ended while nobody was at work here
LONGEST_OFF = timedelta(days=14)  # who is on no roster afterwards is back then
MOST_NEWS = 200


@lru_cache(maxsize=1)
def moved_kinds() -> dict[str, HandedOver]:
    """What the floors below say is moved, by its kind."""
    found: dict[str, HandedOver] = {}
    for config, module in modules_named("handed_over"):
        for one in module.HANDED_OVER:
            if one.kind in found or one.kind == MATTER:
                raise ValueError(f"{config.name}: there is a kind {one.kind!r} already")
            found[one.kind] = one
    return found


def ending_shifts(at: datetime) -> "QuerySet[DutyShift]":
    """Shifts that end within half an hour or ended lately, whose watch is to be passed: not where the same
    person goes on."""
    goes_on = DutyShift.objects.standing().filter(
        user=OuterRef("user"), starts_at__lte=OuterRef("ends_at"), ends_at__gt=OuterRef("ends_at")
    )
    rows: QuerySet[DutyShift] = DutyShift.objects.standing().filter(
        ~Exists(goes_on), ~Exists(Handover.objects.filter(shift=OuterRef("pk"))),
        ends_at__gt=at - LOOKED_BACK, ends_at__lte=at + BEFORE,
    )  # fmt: skip
    return rows.select_related("user", "unit").order_by("ends_at", "pk")


def back_at(user_id: int, after: datetime) -> datetime:
    """When the person's next shift begins."""
    rows = DutyShift.objects.standing().filter(user=user_id, starts_at__gte=after)
    begins = rows.order_by("starts_at").values_list("starts_at", flat=True).first()
    return min(begins, after + LONGEST_OFF) if begins else after + LONGEST_OFF


def watched_for(giver_id: int, at: datetime) -> set[int]:
    """The giver, and those whose watch they have."""
    spans = Absence.objects.at(at).filter(kind=AbsenceKind.OFF_SHIFT, stand_in=giver_id)
    return {giver_id, *spans.values_list("user", flat=True)}


def candidates(handover: Handover) -> list[HandoverItem]:
    """What belongs on the list, as items that are not stored: promises first, then by what runs out first; of each
    matter its promise, else the clock that runs out first. Two queries and one for each kind of thing that is
    moved, however much there is."""
    owners = watched_for(handover.giver_id, handover.ends_at - timedelta(microseconds=1))
    clocks = (
        Clock.objects.open()
        .filter(owner__in=owners, due_at__lt=handover.until)
        .exclude(kind__in=[kind.value for kind in MATTER_KINDS])
        .select_related("matter")
    )
    first: dict[int, HandoverItem] = {}
    for item in sorted((_item(handover, clock) for clock in clocks), key=_order):
        first.setdefault(item.subject_id, item)
    found = list(first.values())
    for kind, moved in moved_kinds().items():
        found += [
            HandoverItem(
                handover=handover, kind=kind, subject_id=thing.subject_id, page_type=moved.model,
                page_id=str(thing.subject_id), title=thing.title[:160], due_at=thing.due_at,
                watch_id=handover.watch_id,
            )
            for thing in moved.of(handover.giver_id)
        ]  # fmt: skip
    return sorted(found, key=_order)


def _order(item: HandoverItem) -> tuple[bool, bool, float]:
    due = item.due_at
    return not item.is_promise, due is None, due.timestamp() if due else 0.0


def _item(handover: Handover, clock: Clock) -> HandoverItem:
    title = f"{clock.matter.title} · {clock.label}" if clock.label else clock.matter.title
    return HandoverItem(
        handover=handover, kind=MATTER, subject_id=clock.matter_id, page_type=clock.matter.subject_type,
        page_id=clock.matter.subject_id, title=title[:160], due_at=clock.due_at,
        is_promise=clock.metric == Metric.PROMISE, watch_id=handover.watch_id,
    )  # fmt: skip


def items_of(handover: Handover) -> list[HandoverItem]:
    """The stored list; one query."""
    return list(handover.items.select_related("watch"))


def proposed(shift: DutyShift) -> User | None:
    """Who is on duty when the shift ends, in its role; else who is in charge then (the stand-by)."""
    there = on_duty_at(shift.ends_at, role=shift.role, unit=shift.unit, besides=shift.user_id)
    for user in there:
        if may_take_over(user, shift.ends_at, role=shift.role, unit=shift.unit) is None:
            return user
    return None


def receivers(handover: Handover, at: datetime) -> list[User]:
    """Whom the watch may be offered to: who is on duty after the shift, the stand-by, then the other holders."""
    shift = handover.shift
    when = max(at, handover.ends_at)
    there = on_duty_at(when, role=shift.role, unit=shift.unit, besides=shift.user_id)
    standby = in_charge(shift.role, shift.unit, when, besides={shift.user_id})
    others = holders(shift.role, shift.unit, when).exclude(pk=shift.user_id)
    people = [*there, *([standby] if standby else []), *others]
    return list({user.pk: user for user in people}.values())


_NEWS = """
SELECT e.id FROM sla_matter m
JOIN events_event e ON e.subject_type = m.subject_type AND e.subject_id = m.subject_id
WHERE m.owner_id = %s AND (m.closed_at IS NULL OR m.closed_at >= %s) AND m.stopped_at IS NULL
    AND e.at >= %s AND e.at < %s AND e.by_id <> %s
ORDER BY e.id DESC LIMIT %s
"""


def last_away(user: User, at: datetime) -> Handover | None:
    """The handover after which ``user`` was off shift last."""
    rows = Handover.objects.filter(giver=user.pk, ends_at__lte=at).select_related(
        "receiver", "watch", "shift__unit"
    )
    return rows.order_by("-ends_at").first()


def while_away(user: User, since: datetime, until: datetime) -> Sequence[Event]:
    """What others did to what ``user`` owns, the latest first; two queries."""
    args = [user.pk, since, since, until, user.pk, MOST_NEWS]
    keys = [row.pk for row in Event.objects.raw(_NEWS, args)]
    return list(Event.objects.filter(pk__in=keys).select_related("by").order_by("-at", "-pk"))


def handovers_of(user: User) -> "QuerySet[Handover]":
    """Those to give and to accept now."""
    live = Q(giver=user.pk, state__in=["open", "offered"])
    live |= Q(receiver=user.pk, state__in=["offered", "lapsed"])
    return Handover.objects.filter(live).select_related("giver", "receiver", "shift__unit")
