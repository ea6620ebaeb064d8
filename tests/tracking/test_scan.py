"""The depot's scan form: every number is answered at once and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.tracking.enums import Status
from apps.tracking.forms.scan import MOST, SCANS, ScanForm
from apps.tracking.models import RefusedEvent, TrackingEvent
from apps.tracking.numbers import group_number
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.shipments import shipment

pytestmark = pytest.mark.requirement("TRK-2")

WHERE = "admin:tracking_scan_changelist"


@pytest.fixture
def clerk(client: Client) -> User:
    UnitFactory(code="SH-1", name="上海一部", city="上海市")
    return sign_in(client, superuser())


def post(client: Client, numbers: str, **more: Any) -> Any:
    headers = more.pop("headers", None)
    typed = {"code": "picked_up", "unit": "SH-1", "numbers": numbers, **more}
    return client.post(reverse(WHERE), typed, headers=headers)


@pytest.mark.django_db
def test_many_numbers_each_with_its_answer(client: Client, clerk: User) -> None:
    one, two = shipment(), shipment()
    wrong = one.number[:-1] + str((int(one.number[-1]) + 1) % 10)
    answer = post(client, f"{one.number}\n{two.number.lower()} , {wrong}\r\n{one.number}\nABC")
    assert answer.status_code == 200
    assert [a.outcome for a, _word, _colour in answer.context["answers"]] == [
        "accepted", "accepted", "refused", "refused",
    ]  # fmt: skip
    assert all(a.why for a, *_rest in answer.context["answers"] if a.outcome == "refused")
    one.refresh_from_db()
    assert one.status == Status.PICKED_UP
    event = TrackingEvent.objects.get(waybill=one)
    assert (event.place, event.by, event.source) == ("上海一部", clerk, "scan")
    # What was refused is in the box again, the choices stay; nothing is kept elsewhere.
    form = answer.context["form"]
    assert form["numbers"].value() == f"{wrong}\nABC"
    assert (form["code"].value(), form["unit"].value()) == ("picked_up", "SH-1")
    assert not RefusedEvent.objects.exists()
    fresh = client.get(reverse(WHERE)).context["form"]
    assert (fresh["code"].value(), fresh["unit"].value()) == ("picked_up", "SH-1")


@pytest.mark.django_db
def test_a_held_trigger_is_a_repeat(client: Client, clerk: User) -> None:
    waybill, at = shipment(at=timezone.now() - timedelta(hours=3)), timezone.localtime()
    minute = (at - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    words = [
        post(client, waybill.number, at=minute).context["answers"][0][0].outcome for _ in range(3)
    ]
    assert words == ["accepted", "repeated", "repeated"]
    assert TrackingEvent.objects.count() == 1


@pytest.mark.django_db
def test_the_script_gets_the_same_answers(client: Client, clerk: User) -> None:
    waybill = shipment()
    script = {"Accept": "application/json"}
    answer = post(client, f"{waybill.number} YP1", headers=script).json()
    assert [a["outcome"] for a in answer["answers"]] == ["accepted", "refused"]
    assert answer["answers"][1]["why"]
    wrong = post(client, waybill.number, unit="", headers=script)
    assert wrong.status_code == 422 and wrong.json()["wrong"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "NOWHERE"},
        {"code": "teleported"},
        {"at": "yesterday"},
        {"numbers": " ,\n"},
        {"numbers": "\n".join(f"YP{n}" for n in range(MOST + 1))},
    ],
)
def test_a_wrong_form_comes_back_as_it_was_typed(
    client: Client, clerk: User, wrong: dict[str, str]
) -> None:
    waybill = shipment()
    answer = post(client, **{"numbers": waybill.number, "text": "雨", **wrong})
    assert answer.status_code == 422
    assert answer.context["form"]["text"].value() == "雨"
    assert not TrackingEvent.objects.exists()


@pytest.mark.django_db
def test_a_time_in_the_future_is_refused_by_name(client: Client, clerk: User) -> None:
    tomorrow = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    [(answer, *_rest)] = post(client, shipment().number, at=tomorrow).context["answers"]
    assert answer.outcome == "refused" and answer.why


@pytest.mark.django_db
def test_every_status_of_the_form_is_taken(client: Client, clerk: User) -> None:
    for code, _label in SCANS:
        [(answer, *_rest)] = post(client, shipment().number, code=code).context["answers"]
        assert answer.outcome == "accepted", (code, answer.why)


@pytest.mark.django_db
def test_a_hundred_numbers_cost_no_more_queries_than_one(client: Client, clerk: User) -> None:
    counts = []
    for n in (1, 3):
        numbers = "\n".join(shipment().number for _ in range(n))
        with CaptureQueriesContext(connection) as queries:
            post(client, numbers)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_clerk_scans_for_the_own_units_only() -> None:
    own, other = UnitFactory(code="SH-1"), UnitFactory(code="BJ-1")
    clerk = UserFactory(roles=[Role.DISPATCHER], unit=own, scope=ObjectScope.UNITS)
    typed = {"code": "picked_up", "numbers": "YP1", "unit": other.code}
    assert "unit" in ScanForm(typed, user=clerk).errors
    assert "unit" not in ScanForm(typed | {"unit": own.code}, user=clerk).errors


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    assert client.get(reverse(WHERE)).status_code == 302
    sign_in(client, UserFactory())
    assert client.get(reverse(WHERE)).status_code == 403
    assert post(client, "YP1").status_code == 403


@pytest.mark.django_db
def test_numbers_as_they_are_printed_and_in_sentences(client: Client, clerk: User) -> None:
    """Groups, small letters, dashes and words beside them, on the page and in the form."""
    one, two, three = shipment(), shipment(), shipment()
    grouped = group_number(one.number).lower()
    dashed = group_number(three.number).replace(" ", "-")
    answer = post(client, f"{grouped}\n您的快递{two.number}已发出，{dashed}\nSF1234567890")
    assert [a.outcome for a, _word, _colour in answer.context["answers"]] == [
        *["accepted"] * 3, "refused",
    ]  # fmt: skip
    assert answer.context["form"]["numbers"].value() == "SF1234567890"
    for parcel in (one, two, three):
        parcel.refresh_from_db()
        assert parcel.status == Status.PICKED_UP


@pytest.mark.django_db
def test_the_only_unit_there_is_stands_in_the_field_already() -> None:
    unit = UnitFactory()
    person = UserFactory(roles=[Role.FREIGHT_CLERK], unit=unit, scope="units")
    assert ScanForm(user=person)["unit"].value() == unit.code
    assert ScanForm(user=person, initial={"unit": "other"})["unit"].value() == "other"
    everywhere = UserFactory(roles=[Role.FREIGHT_CLERK], unit=unit, scope="all")
    UnitFactory()
    assert ScanForm(user=everywhere)["unit"].value() is None
