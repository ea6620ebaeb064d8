"""What the scale says replaces what the order said (TRK-2, BIL-1)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.core.errors import RuleBroken
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from apps.tracking import services
from apps.tracking.models import Waybill
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.imports import take_in
from tests.factories.tracking import waybill
from tests.pressing import do

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]
HEAD = ["运单号", "重量(kg)", "体积(m³)"]


def weigh(made: Waybill, weight_g: int, volume_cm3: int | None = None) -> Waybill:
    return services.weigh_waybill(
        waybill=made, weight_g=weight_g, volume_cm3=volume_cm3, by=UserFactory(), at=timezone.now()
    )


def test_what_was_before_is_on_record() -> None:
    made = waybill(weight_g=2_000)
    weigh(made, 3_250)
    made.refresh_from_db()
    assert made.weight_g == 3_250
    event = Event.objects.get(kind="waybill.weighed")
    assert (event.data["weight_before"], event.data["weight"]) == ("2 kg", "3.25 kg")


def test_a_volume_that_was_not_measured_stays() -> None:
    made = waybill(weight_g=2_000, volume_cm3=9_000)
    assert weigh(made, 2_500).volume_cm3 == 9_000
    assert weigh(made, 2_500, 12_000).volume_cm3 == 12_000


@pytest.mark.parametrize(
    ("weight_g", "volume_cm3", "code"),
    [
        (0, None, "out_of_range"),
        (-1, None, "out_of_range"),
        (100_000_001, None, "out_of_range"),
        (2_000, 0, "out_of_range"),
        (2_000, None, "nothing_changed"),
    ],
)
def test_what_no_scale_says_is_refused(weight_g: int, volume_cm3: int | None, code: str) -> None:
    made = waybill(weight_g=2_000)
    with pytest.raises(RuleBroken) as refusal:
        weigh(made, weight_g, volume_cm3)
    assert refusal.value.code == code
    assert not Event.objects.filter(kind="waybill.weighed").exists()


def test_a_clerk_notes_it_on_the_shipment_s_page_and_finance_does_not(client: Client) -> None:
    made = waybill(weight_g=2_000)
    where = reverse("admin:tracking_waybill_change", args=[made.pk])
    typed = {"weight_kg": "3.5", "volume_m3": ""}
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    assert do(client, where, "weigh", typed).status_code == 403
    sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK], scope=ObjectScope.ALL))
    refused = do(client, where, "weigh", {"weight_kg": "3.5555"})
    assert refused.status_code == 422
    assert do(client, where, "weigh", typed).status_code == 302
    made.refresh_from_db()
    assert made.weight_g == 3_500


def rows_of(sheet: list[list[Any]], by: Any) -> list[tuple[str, str]]:
    file = take_in("tracking.weight", write_xlsx(HEAD, sheet), by=by)
    return [(row.outcome, row.code) for row in file.rows.order_by("number")]


def test_a_sheet_keeps_its_good_rows_and_returns_the_bad_ones() -> None:
    clerk = UserFactory(roles=[Role.FREIGHT_CLERK], scope=ObjectScope.ALL)
    first, second = waybill(weight_g=2_000), waybill(weight_g=2_000)
    sheet: list[list[Any]] = [
        [first.number, 4.2, 0.012],
        [second.number, "2", ""],
        [second.number, "两公斤", ""],
        [second.number, "0", ""],
        [second.number, "1.0005", ""],
        [second.number, "", ""],
        ["", "3", ""],
        ["YP000000000001", "3", ""],
    ]
    assert rows_of(sheet, clerk) == [
        ("taken", ""),
        ("known", ""),
        ("refused", "not_a_number"),
        ("refused", "out_of_range"),
        ("refused", "too_fine"),
        ("refused", "required"),
        ("refused", "required"),
        ("refused", "number_check_digit"),
    ]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.weight_g, first.volume_cm3, second.weight_g) == (4_200, 12_000, 2_000)


def test_a_shipment_that_one_may_not_see_is_no_shipment() -> None:
    made = waybill(weight_g=2_000)
    stranger = UserFactory(roles=[Role.FREIGHT_CLERK], scope=ObjectScope.UNITS, unit=UnitFactory())
    assert rows_of([[made.number, "3", ""]], stranger) == [("refused", "unknown_waybill")]
