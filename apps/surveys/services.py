"""Satisfaction surveys on a schedule: drawn once a day, sent, answered once (SOP)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.rules.cases import check_score
from apps.complaints.services.rows import save_row
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.events.services import new_event, record, record_many
from apps.surveys.enums import SurveyAudience, SurveyState
from apps.surveys.models import SurveyAsk, SurveyDraw, SurveyPlan
from apps.surveys.queries import sample
from apps.surveys.rules import LONGEST_WORDS, is_expired, is_time, quarter_of

# What becomes of a message, as the notifications floor calls it.
WENT_OUT = frozenset({"accepted", "delivered", "read"})
WENT_NOWHERE = frozenset({"failed", "suppressed"})


def draw_surveys(*, by: User, at: datetime) -> int:
    """Draw today's samples of all plans whose hour has come; how many people are asked. Repeating it, and
    doing it in two workers at once, draws nothing twice."""
    day = timezone.localdate(at)
    drawn = set(SurveyDraw.objects.filter(day=day).values_list("audience", flat=True))
    return sum(
        draw_survey(plan, day=day, by=by, at=at)
        for plan in SurveyPlan.objects.filter(is_active=True, per_day__gt=0)
        if plan.audience not in drawn and is_time(at, plan.from_hour, ZoneInfo(settings.TIME_ZONE))
    )


@transaction.atomic
def draw_survey(plan: SurveyPlan, *, day: date, by: User, at: datetime) -> int:
    """One audience's sample of one day. The message of each follows the event; the person's own wishes, the
    quiet hours and the stopped addresses are seen to there."""
    draw, is_mine = SurveyDraw.objects.get_or_create(
        audience=plan.audience,
        day=day,
        defaults={"seed": plan.seed, "per_day": plan.per_day, "drawn_at": at},
    )
    if not is_mine:
        return 0
    quarter = quarter_of(day)
    people = sample(
        SurveyAudience(plan.audience),
        day=day,
        quarter=quarter,
        seed=plan.seed,
        per_day=plan.per_day,
    )
    SurveyAsk.objects.bulk_create(
        (
            SurveyAsk(
                draw=draw,
                audience=plan.audience,
                quarter=quarter,
                customer_id=one.customer_id,
                waybill_id=one.waybill_id,
                contact_id=one.contact_id,
                phone_index=one.phone_index,
                email_index=one.email_index,
                language=one.language,
                asked_at=at,
            )
            for one in people
        ),
        ignore_conflicts=True,  # asked by another sample at this moment
    )
    asks = list(SurveyAsk.objects.filter(draw=draw).order_by("pk"))
    data = {"customer": None, "day": day.isoformat()}
    record_many(
        new_event("survey.asked", ask, by=by, at=at, data={**data, "customer": ask.customer_id})
        for ask in asks
    )
    return len(asks)


@transaction.atomic
def answer_survey(*, ask_id: int, score: int, words: str, by: User, at: datetime) -> SurveyAsk:
    """Their own answer, 1–5, and words if they like; once. RuleBroken ``answered`` afterwards, ``expired`` after
    thirty days."""
    check_score(score)
    ask = SurveyAsk.objects.select_for_update(no_key=True).get(pk=ask_id)
    if ask.answered_at is not None:
        raise RuleBroken(_("You have answered already. Thank you."), code="answered")
    if is_expired(ask.asked_at, at):
        raise RuleBroken(_("This question has expired."), code="expired")
    ask.score, ask.words = score, words.strip()[:LONGEST_WORDS]
    ask.answered_at, ask.state = max(at, ask.asked_at), SurveyState.ANSWERED
    ask.save(update_fields=["score", "words", "answered_at", "state"])
    record("survey.answered", ask, by=by, at=at, data={"score": score})
    return ask


def note_messages(events: Sequence[Event]) -> None:
    """Whether each survey's message went out (``delivery.moved``); idempotent, two statements for any number."""
    whose = _asks_of(event.data["event"] for event in events)
    sent, lost = set(), set()
    for event in events:
        ask = whose.get(event.data["event"])
        if ask is not None and event.data["to"] in WENT_OUT:
            sent.add(ask)
        elif ask is not None and event.data["to"] in WENT_NOWHERE:
            lost.add(ask)
    waiting = SurveyAsk.objects.filter(state__in=[SurveyState.CHOSEN, SurveyState.UNSENT])
    waiting.filter(pk__in=sent).update(state=SurveyState.SENT)
    chosen = SurveyAsk.objects.filter(state=SurveyState.CHOSEN)
    chosen.filter(pk__in=lost - sent).update(state=SurveyState.UNSENT)


def _asks_of(event_ids: Iterable[int | None]) -> dict[int, int]:
    """The event that brought a message about → the question."""
    rows = Event.objects.filter(
        pk__in={pk for pk in event_ids if pk is not None},
        subject_type=SurveyAsk._meta.label_lower,
    )
    return {pk: int(subject) for pk, subject in rows.values_list("pk", "subject_id")}


@transaction.atomic
def change_survey_plan(plan: SurveyPlan, *, by: User, at: datetime) -> SurveyPlan:
    """How many, from which hour, by which seed; counts from the next sample on."""
    plan.changed_at, plan.changed_by = at, by
    data = {"name": str(plan), "count": plan.per_day}
    return save_row(plan, "survey_plan.changed", data, by=by, at=at)
