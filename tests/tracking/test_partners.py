"""Agreements, scorecards and the pages of stages."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.core.errors import BadInput
from apps.events.queries import timeline
from apps.tracking.enums import Stage
from apps.tracking.models import PartnerAgreement, PartnerCarrier
from apps.tracking.queries.scorecard import scorecard
from apps.tracking.queries.standards import silence_limits
from apps.tracking.services.masters import save_agreement
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.customers import PDF
from tests.factories.shipments import ago, agreement, scan, shipment
from tests.factories.shipments import level as service_level

pytestmark = pytest.mark.requirement("TRK-5")


@pytest.fixture
def depot() -> Any:
    return UnitFactory(code="SH-D")


@pytest.mark.django_db
def test_one_agreement_per_area_at_a_time() -> None:
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    agreement(partner, valid_until=date(2026, 1, 1))
    agreement(partner, valid_from=date(2026, 1, 1))
    agreement(partner, area="华南")
    for wrong in (
        {"valid_from": date(2025, 12, 31)},
        {"area": "西北", "liability": ""},
        {"area": "西北", "valid_until": date(2019, 1, 1)},
        {"area": "西北", "delivery_hours": -1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            agreement(partner, **wrong)


@pytest.mark.django_db
def test_an_agreement_keeps_its_signed_copy() -> None:
    partner, user = PartnerCarrier.objects.create(code="yunda", name="韵达"), superuser()
    fresh = PartnerAgreement(
        carrier=partner, area="华北", liability="按约定", valid_from=date(2026, 1, 1)
    )
    with pytest.raises(BadInput), transaction.atomic():
        broken = SimpleUploadedFile("合同.pdf", b"MZ not a pdf")
        save_agreement(fresh, file=broken, by=user, at=timezone.now())
    ended = PartnerAgreement(
        carrier=partner,
        area="西北",
        liability="按约定",
        valid_from=date(2026, 1, 2),
        valid_until=date(2026, 1, 1),
    )
    with pytest.raises(ValidationError, match="须晚于生效日期"):
        save_agreement(ended, file=None, by=user, at=timezone.now())
    save_agreement(fresh, file=SimpleUploadedFile("合同.pdf", PDF), by=user, at=timezone.now())
    assert fresh.filename == "合同.pdf"
    assert fresh.file.name.startswith("tracking/agreements/")
    assert fresh.file.read() == PDF
    assert timeline(fresh)[0].kind == "partneragreement.added"


@pytest.mark.django_db
def test_a_scorecard_counts_volume_punctuality_and_trouble() -> None:
    service_level()
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    on_time, late, damaged, running = (
        shipment(at=ago(hours=100), service_level="std", carrier=partner) for _ in range(4)
    )
    shipment(at=ago(hours=100))  # somebody else's
    scan(on_time, "delivered", ago(hours=70))
    scan(late, "delivered", ago(hours=40))
    scan(damaged, "damaged", ago(hours=80))
    scan(damaged, "delivered", ago(hours=60))
    today = timezone.localdate()
    card = scorecard(
        partner, today - timedelta(days=10), today, user=superuser(), now=timezone.now()
    )
    assert (card.volume, card.delivered, card.promised, card.on_time) == (4, 3, 4, 2)
    assert (card.troubled, card.lost_or_damaged) == (1, 1)
    assert card.on_time_share == Decimal("50.0")
    assert card.troubled_share == Decimal("25.0")
    assert card.overruns == sum(r.over for r in card.stages) > 0
    assert running.concluded_at is None


# --- the pages -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_overrun_page_and_its_export(client: Client, depot: Any) -> None:
    service_level()
    scan(
        shipment(at=ago(hours=20), service_level="std"),
        "picked_up",
        ago(hours=10),
        unit_code="SH-D",
    )
    sign_in(client, superuser())
    where = reverse("admin:tracking_stageoverrun_changelist")
    shown = client.get(where)
    assert shown.status_code == 200
    assert depot.name in shown.content.decode()
    answer: Any = client.post(f"{where}?{urlencode(days())}", {"format": "xlsx"})
    grid = list(load_workbook(io.BytesIO(answer.getvalue())).worksheets[0].values)
    assert len(grid) == 3  # headings, pickup, running sort
    wrong = {"first_day": "2026-02-02", "last_day": "2026-02-01"}
    assert client.get(where, wrong).status_code == 422


def days() -> dict[str, str]:
    today = timezone.localdate()
    return {"first_day": str(today - timedelta(days=9)), "last_day": str(today)}


@pytest.mark.django_db
def test_a_scorecard_page_with_its_agreements(client: Client) -> None:
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    agreement(partner)
    agreement(partner, area="华南", valid_from=date(2019, 1, 1), valid_until=date(2020, 1, 1))
    scan(shipment(carrier=partner), "picked_up", carrier=partner)
    sign_in(client, superuser())
    assert client.get(reverse("admin:tracking_partnerscore_changelist")).status_code == 200
    where = reverse("admin:tracking_partnerscore_change", args=[partner.pk])
    shown = client.get(where)
    facts, _stages, agreements = shown.context["parts"]
    assert facts.facts[0][1] == 1
    assert [row.area for row in agreements.rows] == ["华北", "华南"]
    html = shown.content.decode()
    assert html.count(">有效<") == html.count(">未生效或已过期<") == 1
    assert client.get(where, {"first_day": "x", "last_day": "y"}).status_code == 422


@pytest.mark.django_db
def test_reference_data_is_kept_through_the_services(client: Client) -> None:
    std, user = service_level(), sign_in(client, superuser())
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    limit = {"stage": "sort", "hours": "6"}
    assert client.post(reverse("admin:tracking_silencelimit_add"), limit).status_code == 302
    assert silence_limits()[Stage.SORT] == timedelta(hours=6)
    lane = {
        "level": std.pk, "scope": "inter_city", "promised_hours": "50", "opens": "08:00",
        "cut_off": "18:00", "pickup_hours": 1, "sort_hours": 1, "line_haul_hours": 1,
        "delivery_hours": 1, "receipt_return_hours": 1, "valid_from": "2026-01-01",
    }  # fmt: skip
    answer = client.post(reverse("admin:tracking_servicelane_add"), lane)
    assert answer.status_code == 200 and answer.context["errors"]  # it overlaps
    lane["scope"] = "same_city"
    assert client.post(reverse("admin:tracking_servicelane_add"), lane).status_code == 302
    paper = {
        "carrier": partner.pk, "area": "华北", "liability": "按约定", "valid_from": "2026-01-01",
        "signed_copy": SimpleUploadedFile("合同.pdf", b"not a pdf"),
    }  # fmt: skip
    where = reverse("admin:tracking_partneragreement_add")
    assert client.post(where, paper).status_code == 200
    paper["signed_copy"] = SimpleUploadedFile("合同.pdf", PDF)
    assert client.post(where, paper).status_code == 302
    stored = PartnerAgreement.objects.get()
    assert stored.recorded_by == user
    copy = client.get(reverse("admin:tracking_partneragreement_file", args=[stored.pk]))
    assert b"".join(copy.streaming_content) == PDF
    for name in ("servicelevel", "servicelane", "silencelimit", "partneragreement"):
        assert client.get(reverse(f"admin:tracking_{name}_changelist")).status_code == 200


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    stored = agreement(partner)
    sign_in(client, UserFactory())
    for name, args in (
        ("stageoverrun_changelist", []),
        ("partnerscore_change", [partner.pk]),
        ("partneragreement_file", [stored.pk]),
        ("servicelane_add", []),
        ("partneragreement_changelist", []),
    ):
        assert client.get(reverse(f"admin:tracking_{name}", args=args)).status_code == 403
