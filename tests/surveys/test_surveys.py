"""Satisfaction surveys on a schedule: who is drawn, the message, the page, the figures (SOP, CMP-7)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import RuleBroken
from apps.core.times import day_start
from apps.customers.enums import CustomerStatus
from apps.events.models import Event
from apps.notifications.models import Delivery, NotificationPolicy
from apps.surveys import services
from apps.surveys.enums import SurveyAudience, SurveyState
from apps.surveys.models import SurveyAsk, SurveyDraw, SurveyPlan
from apps.surveys.queries import CONSIGNEES, survey_figures, survey_of, survey_token
from apps.surveys.rules import is_time, quarter_after, quarter_of
from apps.surveys.services import note_messages
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case, who
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notifications import relay_all
from tests.factories.surveys import ask_one, delivered, draw, plan

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-7")]
C = SurveyAudience.CONSIGNEE


def test_the_sample_is_at_most_so_many_and_the_same_for_the_same_seed() -> None:
    delivered(6)
    plan(per_day=3, seed="eins")
    assert draw() == 3 and draw() == 0, "once a day"
    first = set(SurveyAsk.objects.values_list("waybill_id", flat=True))
    for seed, same in (("eins", True), ("zwei", False), ("drei", False)):
        SurveyAsk.objects.all().delete()
        SurveyDraw.objects.all().delete()
        plan(per_day=3, seed=seed)
        draw()
        found = set(SurveyAsk.objects.values_list("waybill_id", flat=True))
        if same:
            assert found == first


def test_nobody_is_asked_twice_in_a_quarter_whoever_they_are_to_us() -> None:
    mine, _other = delivered(2)
    customer = mine.customer
    CustomerFactory._meta.model.objects.filter(pk=customer.pk).update(status=CustomerStatus.ACTIVE)
    contact = ContactFactory(customer=customer, phone=mine.consignee_phone)
    plan()
    assert draw() == 2
    plan(SurveyAudience.CONTACT)
    SurveyPlan.objects.filter(audience=SurveyAudience.CONTACT).update(is_active=True)
    draw()
    assert not SurveyAsk.objects.filter(contact=contact).exists(), "asked as a consignee"
    ask = SurveyAsk.objects.filter(waybill=mine).get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAsk.objects.create(
            draw=ask.draw, audience=C, quarter=ask.quarter, customer=customer, waybill=mine,
            phone_index=ask.phone_index, asked_at=timezone.now(),
        )  # fmt: skip


def test_nobody_is_asked_about_what_is_open_with_us_or_without_an_hour() -> None:
    row = delivered(1)[0]
    case(waybill=row, unit=None)
    plan()
    assert draw() == 0
    zone = timezone.get_default_timezone()
    at = datetime(2026, 5, 5, 9, 59, tzinfo=zone)
    assert not is_time(at, 10, zone) and is_time(at + timedelta(minutes=1), 10, zone)  # type: ignore[arg-type]  # a ZoneInfo


def test_quarters() -> None:
    day = timezone.localdate().replace(month=5, day=31)
    assert quarter_of(day) == day.replace(month=4, day=1)
    assert quarter_after(day.replace(month=10, day=1)) == day.replace(year=day.year + 1, month=1, day=1)  # fmt: skip


def test_a_contact_is_written_to_alone() -> None:
    customer = CustomerFactory(status=CustomerStatus.ACTIVE)
    one, two = (ContactFactory(customer=customer) for _n in range(2))
    plan(SurveyAudience.CONTACT, per_day=1)
    assert draw() == 1
    relay_all()
    message = Delivery.objects.get(topic="survey.satisfaction")
    assert message.audience == "one_contact"
    assert message.recipient in {f"contact:{one.pk}", f"contact:{two.pk}"}


def test_a_message_that_went_out_counts_as_asked() -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    ask = ask_one()
    event = Event.objects.get(kind="survey.asked")
    for to, state in (("failed", "unsent"), ("accepted", "sent"), ("failed", "sent")):
        moved = Event(kind="delivery.moved", data={"event": event.pk, "to": to, "topic": "x"})
        note_messages([moved])
        ask.refresh_from_db()
        assert ask.state == state


def answer(client: Client, ask: SurveyAsk, **data: Any) -> Any:
    return client.post(f"/survey/{survey_token(ask)}", data)


def test_looking_answers_nothing_and_one_tap_does_once(client: Client) -> None:
    ask = ask_one()
    address = f"/survey/{survey_token(ask)}"
    for method in (client.get, client.head):
        assert method(f"{address}?score=5").status_code == 200
    ask.refresh_from_db()
    assert ask.answered_at is None
    assert answer(client, ask, score="9").status_code == 422
    assert answer(client, ask, score="4", comment=" 派送员很客气 ").status_code == 303
    answer(client, ask, score="1")
    ask.refresh_from_db()
    assert (ask.score, ask.words, ask.state) == (4, "派送员很客气", SurveyState.ANSWERED)
    assert "谢谢" in client.get(address).content.decode()
    with pytest.raises(RuleBroken) as caught:
        services.answer_survey(ask_id=ask.pk, score=3, words="", **who())
    assert caught.value.code == "answered"


def test_links_that_we_did_not_make_open_nothing(client: Client) -> None:
    token = survey_token(ask_one())
    name, _dash, seal = token.partition("-")
    for wrong in (
        "",
        "x",
        "1-x",
        name,
        f"{name}-{'A' * 22}",
        f"sv_0000000000000-{seal}",
        token + "x",
    ):
        assert survey_of(wrong) is None, wrong
        if wrong:
            assert client.get(f"/survey/{wrong}").status_code == 404


def test_after_thirty_days_it_is_too_late(client: Client) -> None:
    ask = ask_one()
    SurveyAsk.objects.update(asked_at=timezone.now() - timedelta(days=31))
    assert "过期" in client.get(f"/survey/{survey_token(ask)}").content.decode()
    answer(client, ask, score="5")
    ask.refresh_from_db()
    assert ask.answered_at is None


def test_words_are_kept_encrypted() -> None:
    ask = ask_one()
    services.answer_survey(ask_id=ask.pk, score=2, words="放在驿站了", **who())
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM surveys_surveyask")
        assert "驿站" not in str(cursor.fetchone())


def test_figures_count_who_was_reached() -> None:
    delivered(5)
    plan()
    draw()
    asks = list(SurveyAsk.objects.order_by("pk"))
    SurveyAsk.objects.filter(pk__in=[one.pk for one in asks[:4]]).update(state=SurveyState.SENT)
    for one, score in zip(asks, (5, 4, 1), strict=False):
        services.answer_survey(ask_id=one.pk, score=score, words="", **who())
    today = timezone.localdate()
    [row] = [
        r for r in survey_figures(day_start(today), day_start(today, days=1)) if r.audience == C
    ]
    assert (row.chosen, row.asked, row.answered, row.satisfied, row.dissatisfied) == (5, 4, 3, 2, 1)
    assert row.share == 3 / 4 and row.csat == 2 / 3 and round(float(row.mean or 0), 2) == 3.33


def test_list_figures_and_plan_are_pages_for_leaders(client: Client) -> None:
    ask = ask_one()
    services.answer_survey(ask_id=ask.pk, score=1, words="打13800138000没人接", **who())
    team = Team()
    pages = ("", "figures/")
    sign_in(client, team.agent)
    for page in pages:
        assert client.get(f"/admin/surveys/surveyask/{page}").status_code == 403
    sign_in(client, team.person(Role.GENERAL_MANAGER, scope="all"))
    shown = client.get("/admin/surveys/surveyask/?view=dissatisfied").content.decode()
    assert "没人接" in shown and "13800138000" not in shown
    assert client.get("/admin/surveys/surveyask/figures/").status_code == 200
    chosen = SurveyPlan.objects.get(audience=C)
    typed = {"per_day": "7", "from_hour": "11", "seed": "neu", "is_active": "on"}
    address = f"/admin/surveys/surveyplan/{chosen.pk}/change/"
    assert client.post(address, {**typed, "per_day": "6000"}).status_code == 200, "refused"
    assert client.post(address, typed).status_code == 302
    chosen.refresh_from_db()
    assert (chosen.per_day, chosen.seed) == (7, "neu") and chosen.changed_by is not None


def test_the_list_takes_as_many_statements_for_three_as_for_one(client: Client) -> None:
    sign_in(client, Team().person(Role.GENERAL_MANAGER, scope="all"))

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get("/admin/surveys/surveyask/?view=all").status_code == 200
        return len(caught)

    delivered(1)
    plan()
    draw()
    statements()
    one = statements()
    SurveyDraw.objects.update(day=timezone.localdate() - timedelta(days=9))
    delivered(3)
    draw()
    assert SurveyAsk.objects.count() >= 3
    assert statements() == one


def test_the_draw_reads_the_parcels_of_its_day_by_an_index() -> None:
    """Of two years of deliveries the sample of a day reads that day's."""
    [first] = delivered(1)
    noon = day_start(timezone.localdate(), days=-1) + timedelta(hours=12)
    fields = {f.attname: getattr(first, f.attname) for f in Waybill._meta.concrete_fields}
    for name in ("id", "status", "status_at", "delivered_at", "number"):
        del fields[name]
    Waybill.objects.bulk_create(
        Waybill(
            **fields,
            number=f"TH{n:010d}",
            status=Status.DELIVERED,
            status_at=noon - timedelta(days=n % 700),
            delivered_at=noon - timedelta(days=n % 700),
        )
        for n in range(2_000)
    )
    day = timezone.localdate()
    given = {"since": day_start(day, days=-1), "until": day_start(day), "quarter": quarter_of(day)}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracking_waybill")
        more = {"live": ["open"], "seed": "x", "day": day.isoformat(), "most": 30}
        cursor.execute("EXPLAIN " + CONSIGNEES, {**given, **more})
        plan_read = "\n".join(line for (line,) in cursor.fetchall())
    assert "waybill_by_delivery" in plan_read, plan_read
