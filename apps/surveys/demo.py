"""Satisfaction surveys in the demonstration: three weeks, and some of the quarter before for its analysis."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.complaints.rules.contacts import email_index
from apps.core.crypto import blind_index
from apps.core.phones import phone_key
from apps.customers.models import Contact
from apps.surveys.enums import SurveyAudience, SurveyState
from apps.surveys.models import SurveyAsk, SurveyDraw, SurveyPlan
from apps.surveys.rules import quarter_of
from apps.tracking.models import Waybill
from apps.tracking.queries.waybill import PHONE_INDEX

DAYS = 20
SCORES = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
WORDS = {
    5: ("派送员很客气，送到了家门口。", "一直很快。", ""),
    4: ("整体不错，就是派送前没打电话。", ""),
    3: ("一般，等得有点久。", ""),
    2: ("放在驿站也没告诉我。",),
    1: ("外箱压坏了，打电话没人接。",),
}


def make_surveys(*, seed: int, now: datetime) -> None:
    """Samples of the last days among consignees, and of the quarter before among contacts."""
    dice = random.Random(seed)  # noqa: S311  # the same answers from the same seed
    seeds = dict(SurveyPlan.objects.values_list("audience", "seed"))
    rows: list[SurveyAsk] = []
    today = timezone.localdate(now)
    waybills = Waybill.objects.exclude(consignee_phone_index="").exclude(delivered_at=None)
    used: set[tuple[str, date]] = set()
    for waybill in waybills.order_by("pk")[:120]:
        at = now - timedelta(days=dice.randrange(1, DAYS), hours=dice.randrange(1, 5))
        day = timezone.localdate(at)
        key = (waybill.consignee_phone_index, quarter_of(day))
        if key not in used:
            used.add(key)
            rows.append(_asked(dice, at, SurveyAudience.CONSIGNEE, waybill.customer_id, key[0], waybill=waybill))  # fmt: skip
    before = quarter_of(today) - timedelta(days=40)
    for n, contact in enumerate(Contact.objects.filter(active=True).order_by("pk")[:40]):
        phone = blind_index(phone_key(contact.phone), PHONE_INDEX)
        at = now - timedelta(days=(today - before).days + n % 20)
        key = (phone, quarter_of(timezone.localdate(at)))
        if key not in used:
            used.add(key)
            rows.append(_asked(dice, at, SurveyAudience.CONTACT, contact.customer_id, phone, contact=contact))  # fmt: skip
    days = {(row.audience, timezone.localdate(row.asked_at)) for row in rows}
    draws = {
        (one.audience, one.day): one
        for one in SurveyDraw.objects.bulk_create(
            SurveyDraw(audience=audience, day=day, seed=seeds[audience], per_day=50, drawn_at=now)
            for audience, day in sorted(days)
        )
    }
    for row in rows:
        row.draw = draws[(row.audience, timezone.localdate(row.asked_at))]
    SurveyAsk.objects.bulk_create(rows, ignore_conflicts=True)


def _asked(
    dice: random.Random, at: datetime, audience: str, customer_id: int, phone: str, **whom: Any
) -> SurveyAsk:
    contact = whom.get("contact")
    row = SurveyAsk(
        audience=audience, quarter=quarter_of(timezone.localdate(at)), customer_id=customer_id, phone_index=phone,
        email_index=email_index(contact.email) if contact and contact.email else "", asked_at=at, **whom,
    )  # fmt: skip
    turn = dice.random()
    row.state = SurveyState.UNSENT if turn < 0.05 else SurveyState.SENT
    if turn > 0.7:
        row.state, row.score = SurveyState.ANSWERED, dice.choice(SCORES)
        row.words = dice.choice(WORDS[row.score])
        row.answered_at = at + timedelta(hours=dice.randrange(1, 20), minutes=dice.randrange(60))
    return row


PARTS = ((9, make_surveys),)
