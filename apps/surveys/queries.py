"""Who may be asked today, the link by which they answer, and what came of it."""

import base64
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Q, QuerySet
from django.utils.crypto import salted_hmac

from apps.complaints.models import LIVE_VALUES
from apps.complaints.rules.contacts import email_index
from apps.core.crypto import blind_index
from apps.core.opaque import Id, hide, unhide
from apps.core.phones import phone_key
from apps.core.times import day_start
from apps.customers.enums import CustomerStatus
from apps.customers.models import Contact, Customer
from apps.surveys.enums import SurveyAudience, SurveyState
from apps.surveys.models import SurveyAsk
from apps.tracking.queries.waybill import PHONE_INDEX

_SALT = "surveys.answer"
# More are looked at than are asked, because some turn out to have been asked under another name.
LOOKED_AT = 3

# Whose parcel arrived on the day before, and about which nothing is open with us. The order is the sample: the
# same for the same seed, day and candidates, and otherwise of nothing else.
CONSIGNEES = """
SELECT id, customer_id, phone FROM (
    SELECT DISTINCT ON (w.consignee_phone_index) w.id, w.customer_id, w.consignee_phone_index AS phone
    FROM tracking_waybill w
    WHERE w.delivered_at >= %(since)s AND w.delivered_at < %(until)s AND w.consignee_phone_index <> ''
        AND NOT EXISTS (SELECT FROM surveys_surveyask s
            WHERE s.quarter = %(quarter)s AND s.phone_index = w.consignee_phone_index)
        AND NOT EXISTS (SELECT FROM complaints_case c
            WHERE c.waybill_id = w.id AND c.state = ANY(%(live)s))
    ORDER BY w.consignee_phone_index, w.id
) AS found
ORDER BY md5(%(seed)s || ':' || %(day)s || ':' || id), id LIMIT %(most)s
"""
_CONTACTS = """
SELECT c.id FROM customers_contact c JOIN customers_customer k ON k.id = c.customer_id
WHERE c.active AND k.status = %(status)s
    AND NOT EXISTS (SELECT FROM surveys_surveyask s
        WHERE s.quarter = %(quarter)s AND s.contact_id = c.id)
ORDER BY md5(%(seed)s || ':' || %(day)s || ':' || c.id), c.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    customer_id: int
    phone_index: str
    email_index: str = ""
    language: str = "zh-hans"
    waybill_id: int | None = None
    contact_id: int | None = None


def sample(
    audience: SurveyAudience, *, day: date, quarter: date, seed: str, per_day: int
) -> list[Candidate]:
    """At most ``per_day`` people, nobody whom this quarter's surveys have asked, each once."""
    given = {
        "seed": seed,
        "day": day.isoformat(),
        "quarter": quarter,
        "most": per_day * LOOKED_AT,
        "since": day_start(day, days=-1),
        "until": day_start(day),
        "live": LIVE_VALUES,
        "status": CustomerStatus.ACTIVE,
    }
    found = _consignees(given) if audience == SurveyAudience.CONSIGNEE else _contacts(given)
    return _new_ones(found, quarter)[:per_day]


def _consignees(given: dict[str, Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(CONSIGNEES, given)
        rows = cursor.fetchall()
    return [Candidate(customer, phone, waybill_id=pk) for pk, customer, phone in rows]


def _contacts(given: dict[str, Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, given)
        ids = [pk for (pk,) in cursor.fetchall()]
    people = Contact.objects.in_bulk(ids)
    return [
        Candidate(
            one.customer_id,
            # As of consignees, so that one person is one to both.
            blind_index(phone_key(one.phone), PHONE_INDEX),
            email_index(one.email) if one.email else "",
            one.language,
            contact_id=one.pk,
        )
        for one in (people[pk] for pk in ids)
    ]


def _new_ones(found: list[Candidate], quarter: date) -> list[Candidate]:
    rows = SurveyAsk.objects.filter(quarter=quarter).filter(
        Q(phone_index__in=[one.phone_index for one in found if one.phone_index])
        | Q(email_index__in=[one.email_index for one in found if one.email_index])
    )
    known: set[str] = set()
    for pair in rows.values_list("phone_index", "email_index"):
        known |= set(pair)
    known.discard("")
    chosen = []
    for one in found:
        keys = {key for key in (one.phone_index, one.email_index) if key}
        if keys and not keys & known:
            chosen.append(one)
            known |= keys
    return chosen


def survey_token(ask: SurveyAsk) -> str:
    """``sv_3k9x…-<22 signs>``: the question, and 128 bits that only we can make."""
    return f"{hide(Id.SURVEY, ask.pk)}-{_seal(str(ask.pk))}"


def survey_of(token: str) -> SurveyAsk | None:
    """The question behind a link; None for whatever we did not make."""
    name, _dash, seal = token.partition("-")
    row = unhide(Id.SURVEY, name)
    if row is None or not hmac.compare_digest(seal.encode(), _seal(str(row)).encode()):
        return None
    return SurveyAsk.objects.select_related("waybill").filter(pk=row).first()


def _seal(number: str) -> str:
    digest = salted_hmac(_SALT, number, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class SurveyFigures:
    """Of those asked in a time. ``asked`` are those whose message went out; ``share`` of them answered;
    ``satisfied`` answered 4 or 5."""

    audience: str
    chosen: int
    asked: int
    answered: int
    satisfied: int
    dissatisfied: int
    mean: float | None

    @property
    def share(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def csat(self) -> float | None:
        return self.satisfied / self.answered if self.answered else None


def survey_figures(
    first: datetime, before: datetime, *, customers: QuerySet[Customer] | None = None
) -> list[SurveyFigures]:
    """Of each audience, by when they were asked, of ``customers`` only where given; one query."""
    answered = Q(state=SurveyState.ANSWERED)
    asks = SurveyAsk.objects.filter(asked_at__gte=first, asked_at__lt=before)
    if customers is not None:
        asks = asks.filter(customer__in=customers)
    rows = (
        asks.order_by()
        .values("audience")
        .annotate(
            chosen=Count("pk"),
            asked=Count("pk", filter=answered | Q(state=SurveyState.SENT)),
            answered=Count("pk", filter=answered),
            satisfied=Count("pk", filter=Q(score__gte=4)),
            dissatisfied=Count("pk", filter=Q(score__lte=2)),
            mean=Avg("score"),
        )
    )
    known = {row["audience"]: SurveyFigures(**row) for row in rows}
    none = dict.fromkeys(("chosen", "asked", "answered", "satisfied", "dissatisfied"), 0)
    return [
        known.get(one, SurveyFigures(audience=one, mean=None, **none))
        for one in SurveyAudience.values
    ]


def survey_list(view: str) -> QuerySet[SurveyAsk]:
    """“answered”, “dissatisfied”, “waiting”, anything else: all."""
    rows = SurveyAsk.objects.select_related("customer", "waybill", "contact")
    if view == "answered":
        return rows.filter(state=SurveyState.ANSWERED)
    if view == "dissatisfied":
        return rows.filter(score__lte=2)
    return rows.filter(state=SurveyState.SENT) if view == "waiting" else rows
