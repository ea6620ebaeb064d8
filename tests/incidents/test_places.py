"""Where an incident is, in words; and which drill is overdue: the same on the list, the board and the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from apps.incidents.enums import Leg
from apps.incidents.models import Drill
from apps.incidents.queries.places import place_of
from apps.notifications.models import Delivery
from tests.factories import incidents as f
from tests.factories.accounts import UnitFactory, sign_in
from tests.factories.notifications import relay_all
from tests.factories.tracking import carrier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]


def unit_with_manager(client: Client) -> tuple[Any, Any]:
    unit, boss = f.unit_with_manager()
    sign_in(client, boss)
    return unit, boss


def pages(client: Client, incident: Any) -> list[str]:
    addresses = [reverse(f"admin:incidents_incident_{name}") for name in ("changelist", "board")]
    addresses.append(reverse("admin:incidents_incident_change", args=[incident.pk]))
    return [client.get(address).text for address in addresses]


def test_cities_units_partners_and_legs_in_both_languages(client: Client) -> None:
    unit, boss = unit_with_manager(client)
    centre = UnitFactory(name="广州货运中心")
    partner = carrier(name="韵达速递", english_name="Yunda")
    where = f.where(
        "杭州", "嘉兴", units=[centre.pk], carriers=[partner.pk], legs=[Leg.DELIVERY, Leg.TRANSIT]
    )
    incident = f.declared(unit, boss, where=where)
    assert place_of(incident) == "杭州、嘉兴、广州货运中心、韵达速递（仅干线、送件）"
    with override("en"):
        assert place_of(incident) == "杭州, 嘉兴, 广州货运中心, Yunda (only Line-haul, Delivery)"
    for text in pages(client, incident):
        assert "杭州、嘉兴、广州货运中心、韵达速递（仅干线、送件）" in text


@pytest.mark.parametrize("kind", ["units", "carriers", "everywhere"])
def test_no_page_is_silent_about_the_place(client: Client, kind: str) -> None:
    unit, boss = unit_with_manager(client)
    given, expected = {
        "units": ({"units": [UnitFactory(name="广州货运中心").pk]}, "广州货运中心"),
        "carriers": ({"carriers": [carrier(name="韵达速递").pk]}, "韵达速递"),
        "everywhere": ({"everywhere": True}, "全国"),
    }[kind]
    incident = f.declared(unit, boss, where=f.where(**{"cities": [], **given}), confirmed=0)
    for text in pages(client, incident):
        assert expected in text


def test_colleagues_read_the_place_in_their_message() -> None:
    unit, boss = f.unit_with_manager()
    other = f.manager(unit)
    f.declared(unit, boss, seats={"command": other})
    relay_all()
    message = Delivery.objects.filter(topic="staff.incident_declared").first()
    assert message is not None
    assert (message.data["place"], message.data["place_en"]) == ("杭州", "杭州")


def test_an_overdue_drill_is_named_so_everywhere(client: Client) -> None:
    unit, boss = unit_with_manager(client)
    late, soon = f.plan(unit, boss, code="late"), f.plan(unit, boss, code="soon")
    today = timezone.localdate()
    Drill.objects.filter(plan=late).update(due_on=today - timedelta(days=1))
    Drill.objects.filter(plan=soon).update(due_on=today)
    drill = late.drills.get()
    for address in (
        reverse("admin:incidents_drill_changelist"),
        reverse("admin:incidents_incident_board"),
        reverse("admin:incidents_drill_change", args=[drill.pk]),
        reverse("admin:incidents_plan_change", args=[late.pk]),
    ):
        text = client.get(address).text
        expected = f'<span class="tag tag-red">⚠ 逾期，应于 {drill.due_on.isoformat()}</span>'
        assert text.count(expected) == 1, address
        assert "逾期，应于 " + today.isoformat() not in text, "it may be held until the day is over"
