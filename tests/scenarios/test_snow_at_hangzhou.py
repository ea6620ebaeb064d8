"""Snow at Hangzhou (CMP-8): declared at 14:05, extended to Jiaxing at 15:00, each customer told once, one by phone, one
asked before being told; over the next morning, promises released, its exception reviewed with an action."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.incidents import services
from apps.incidents.enums import IncidentState, Level, RecipientState
from apps.incidents.models import NoticeRecipient
from apps.incidents.queries.customers import customers_of
from apps.notifications.models import Delivery
from apps.tracking.models import LateShipment, PromiseChange, ShipmentHold
from tests.factories import incidents as f
from tests.factories.complaints import case
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]


def test_snow_at_hangzhou() -> None:
    unit, boss = f.unit_with_manager()
    seats = f.special_seats()
    boss_of_it = seats["command"]
    galaxy, snow, by_phone, asks = (f.customer() for _n in range(4))
    galaxy_parcels = [f.parcel(customer=galaxy) for _n in range(2)]
    f.parcel(customer=by_phone)
    asked_about = f.parcel(customer=asks)
    elsewhere = f.parcel(destination="北京市", customer=f.customer())
    promised = galaxy_parcels[0].promised_at

    # Before anybody has declared it one customer asks where the parcel is.
    case(waybill=asked_about, customer=asks, unit=unit, by=boss)

    # 14:05: declared. Held, promises a day later, everybody told once.
    incident = f.running(unit, boss, level=Level.SPECIAL, seats=seats)
    assert incident.affected.count() == 4
    galaxy_parcels[0].refresh_from_db()
    assert galaxy_parcels[0].promised_at == promised + timedelta(hours=24)
    assert PromiseChange.objects.filter(cause="incident").count() == 4
    relay_all()
    customers = NoticeRecipient.objects.filter(customer__isnull=False)
    assert sorted(customers.values_list("customer", "shipments")) == sorted(
        [(galaxy.pk, 2), (by_phone.pk, 1), (asks.pk, 1)]
    )
    assert Delivery.objects.filter(topic="incident.customer").count() == 3

    # 15:00: extended to Jiaxing. Who is concerned now besides is told, nobody twice.
    f.parcel(destination="嘉兴市", customer=snow)
    f.parcel(destination="嘉兴市", customer=galaxy, consignee_phone="13900139555")
    services.extend_scope(
        incident_id=incident.pk, where=f.where("杭州", "嘉兴"), by=boss, at=timezone.now()
    )
    services.work_incidents()
    relay_all()
    assert customers.count() == 4
    assert Delivery.objects.filter(topic="incident.customer").count() == 4

    # Of one no message arrived: she is called. Who asked before being told is seen.
    row = customers.get(customer=by_phone)
    services.note_call(recipient_id=row.pk, reached=True, by=boss, at=timezone.now())
    rows = {one.name: one for one in customers_of(incident, boss)}
    assert rows[by_phone.display_name].state == RecipientState.REACHED
    assert [name for name, one in rows.items() if one.asked_before] == [asks.display_name]

    # Nothing of it is late, and what passes elsewhere is not concerned.
    assert not ShipmentHold.objects.filter(waybill=elsewhere).exists()
    assert not LateShipment.objects.exists()

    # The next morning it is over; everything is let go; reviewed, with an action, and closed.
    services.mark_stable(incident_id=incident.pk, by=boss_of_it, at=timezone.now())
    services.end_incident(
        incident_id=incident.pk, text_zh="道路已恢复。", text_en="The roads are open.",
        by=boss_of_it, at=timezone.now(),
    )  # fmt: skip
    services.work_incidents()
    assert not ShipmentHold.objects.filter(released_at=None).exists()
    relay_all()
    assert customers.count() == 8, "a second notice is a second row"
    f.acted_on(incident, boss, reviewed=True)
    closed = services.close_incident(incident_id=incident.pk, by=boss, at=timezone.now())
    assert closed.state == IncidentState.CLOSED
