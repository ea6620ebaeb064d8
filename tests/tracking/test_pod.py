"""Proof of delivery: who may sign, what is seen, what is paid, and the photos."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.queries import timeline
from apps.tracking.enums import ConfirmedBy, HandedOverAt, Party, Reason, Signer, Status
from apps.tracking.models import (
    AuthorisedSigner,
    ProofOfDelivery,
    TrackingEvent,
    Waybill,
)
from apps.tracking.services import pod
from apps.tracking.services.signers import (
    record_consent,
    revoke_consent,
    revoke_signer,
)
from apps.tracking.signing import plain_name, same_person
from tests.factories.shipments import (
    CONSIGNEE,
    ago,
    authorised,
    photo,
    proof,
    scan,
    shipment,
)

pytestmark = pytest.mark.requirement("TRK-6")


def recorded(
    waybill: Waybill, *photos: Any, by: User | None = None, **fields: Any
) -> ProofOfDelivery:
    done = pod.record_proof(
        waybill_id=waybill.pk,
        proof=proof(**fields),
        photos=photos,
        by=by or system_user("tests"),
        at=timezone.now(),
    )
    waybill.refresh_from_db()
    return done


def refusal(waybill: Waybill, *photos: Any, **fields: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        recorded(waybill, *photos, **fields)
    assert not ProofOfDelivery.objects.exists()
    assert Waybill.objects.get(pk=waybill.pk).status != Status.DELIVERED
    return refused.value.code


# --- who signs ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_consignee_signs_and_the_delivery_is_reported_with_it() -> None:
    waybill = scan(shipment(at=ago(hours=9)), "out_for_delivery", ago(hours=1))
    done = recorded(waybill, signed_by="李 小红 女士", notes="放前台")
    assert (done.signer, done.version) == (Signer.CONSIGNEE, 1)
    assert (waybill.status, waybill.status_reason) == (Status.DELIVERED, Reason.SELF)
    assert waybill.delivered_at == done.signed_at
    kinds = [event.kind for event in timeline(waybill)]
    assert {"waybill.proof_recorded", "waybill.status_changed"} <= set(kinds)
    event_data = str([event.data for event in Event.objects.all()])
    assert "小红" not in event_data and "放前台" not in event_data
    with connection.cursor() as cursor:
        cursor.execute("SELECT signed_by, notes FROM tracking_proofofdelivery")
        assert CONSIGNEE not in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("李小红", "李小红", True),
        ("李 小红", "李小红先生", True),
        ("ＪＯＨＮ　Smith", "john smith", True),
        ("李小红", "李红", False),
        ("", "", False),
        ("王先生", "王先生", True),
        ("李先生", "王先生", False),
    ],
)
def test_names_are_compared_as_a_person_would(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
    assert plain_name(plain_name(one)) == plain_name(one)


@pytest.mark.django_db
def test_somebody_else_signs_only_when_authorised_before() -> None:
    waybill = shipment(at=ago(hours=9))
    assert refusal(waybill, signed_by="王大力") == "signer_not_authorised"
    signer = authorised(waybill)
    # The word came after the signing: it does not count.
    assert refusal(waybill, signed_by="王大力", signed_at=ago(minutes=5)) == "signer_not_authorised"
    assert refusal(waybill, signed_by="王小力") == "signer_not_authorised"
    done = recorded(waybill, signed_by="王 大力")
    assert (done.signer, done.authorisation) == (Signer.AUTHORISED, signer)
    assert waybill.status_reason == Reason.PROXY


@pytest.mark.django_db
def test_an_authorisation_says_who_gave_it_and_how_and_can_be_withdrawn() -> None:
    waybill = shipment(at=ago(hours=9))
    for wrong in ({"name": " "}, {"given_by": ""}, {"name": CONSIGNEE}, {"phone": "12"}):
        with pytest.raises(RuleBroken):
            authorised(waybill, **wrong)
    signer = authorised(waybill, phone="13800138000")
    assert signer.phone == "+8613800138000"
    with pytest.raises(RuleBroken):
        authorised(waybill)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorisedSigner.objects.create(
            waybill=waybill, name="x", name_index=signer.name_index, given_by="y",
            confirmed=ConfirmedBy.EMAIL, recorded_by=signer.recorded_by,
        )  # fmt: skip
    by = system_user("tests")
    revoke_signer(signer_id=signer.pk, by=by, at=timezone.now())
    with pytest.raises(RuleBroken):
        revoke_signer(signer_id=signer.pk, by=by, at=timezone.now())
    assert refusal(waybill, signed_by="王大力") == "signer_not_authorised"
    authorised(waybill)
    assert "王大力" not in str([e.data for e in Event.objects.all()])
    recorded(waybill, signed_by="王大力")
    with pytest.raises(RuleBroken):
        authorised(waybill, "赵六")


@pytest.mark.django_db
def test_a_station_or_locker_needs_consent_and_is_no_signature() -> None:
    waybill = shipment(at=ago(hours=9))
    scan(waybill, "ready_for_pickup.locker_or_station", ago(hours=1))
    assert waybill.delivered_at is None
    locker: dict[str, Any] = {"handed_over": HandedOverAt.LOCKER}
    assert refusal(waybill, **locker) == "consent_missing"
    words = {
        "waybill_id": waybill.pk, "party": Party.CONSIGNEE, "given_by": CONSIGNEE,
        "confirmed": ConfirmedBy.PARTY_CALL, "by": system_user("tests"), "at": timezone.now(),
    }  # fmt: skip
    with pytest.raises(BadInput):
        record_consent(place=" ", **words)
    first = record_consent(place="3号楼丰巢", **words)
    second = record_consent(place="南门驿站", **words)
    first.refresh_from_db()
    assert first.revoked_at and not second.revoked_at
    revoke_consent(consent_id=second.pk, by=words["by"], at=timezone.now())
    assert refusal(waybill, **locker) == "consent_missing"
    third = record_consent(place="南门驿站", **words)
    done = recorded(waybill, **locker)
    assert done.consent == third
    assert waybill.status_reason == Reason.COLLECTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["cancelled.before_pickup", "returning", "returned.signed_by_sender"]
)
def test_nothing_is_signed_for_what_is_not_delivered(code: str) -> None:
    waybill = scan(shipment(at=ago(hours=9)), code, ago(hours=1))
    assert refusal(waybill) == "not_deliverable"


@pytest.mark.django_db
def test_the_time_of_signing_is_possible() -> None:
    waybill = scan(shipment(at=ago(hours=9)), "picked_up", ago(hours=4))
    assert refusal(waybill, signed_at=timezone.now() + timedelta(minutes=1)) == "future"
    assert refusal(waybill, signed_at=ago(hours=5)) == "before_pickup"


@pytest.mark.django_db
def test_a_name_is_needed_on_both_sides() -> None:
    assert refusal(shipment(), signed_by=" ") == "signer_missing"
    assert refusal(shipment(consignee_name=""), signed_by="谁") == "signer_not_authorised"


# --- what was seen -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "off",
    [
        {"packaging_intact": False},
        {"was_opened": True, "appearance_good": False, "count_right": True},
        {"was_opened": True, "appearance_good": True, "count_right": False},
    ],
)
def test_whatever_is_off_has_photos_at_once(off: dict[str, bool]) -> None:
    waybill = shipment()
    assert refusal(waybill, **off) == "photos_missing"
    done = recorded(waybill, photo(), **off)
    assert not done.all_well
    assert done.photos.count() == done.photo_count == 1


@pytest.mark.django_db
def test_what_was_seen_is_said_when_it_was_opened_and_only_then() -> None:
    waybill = shipment()
    assert refusal(waybill, was_opened=True) == "check_missing"
    assert refusal(waybill, appearance_good=True) == "not_opened"
    assert recorded(waybill, was_opened=True, appearance_good=True, count_right=True).all_well


@pytest.mark.django_db
def test_the_database_refuses_what_the_rules_refuse() -> None:
    waybill, by = shipment(cod_amount=Decimal("50")), system_user("tests")
    good: dict[str, Any] = {
        "waybill": waybill, "signed_by": "x", "signed_at": ago(minutes=1), "signer": "consignee",
        "packaging_intact": True, "was_opened": False, "recorded_by": by,
    }  # fmt: skip
    for wrong in (
        {"packaging_intact": False},
        {"was_opened": True},
        {"signer": "authorised"},
        {"handed_over": "locker"},
        {"version": 2},
        {"signed_at": timezone.now() + timedelta(hours=1)},
        {"cod_due": 50, "cod_paid": 49, "cod_method": "cash"},
        {"cod_due": 50, "cod_paid": 50},
        {"cod_paid": 50, "cod_method": "cash"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProofOfDelivery.objects.create(**{**good, **wrong})


# --- money at the door -------------------------------------------------------------------------


@pytest.mark.django_db
def test_cod_is_paid_to_the_cent_or_explained() -> None:
    waybill = shipment(cod_amount=Decimal("128.50"))
    paid: dict[str, Any] = {"cod_paid": Decimal("128.50"), "cod_method": "wechat"}
    assert refusal(waybill) == "cod_missing"
    assert refusal(waybill, cod_paid=Decimal("128.50")) == "method_missing"
    assert refusal(waybill, **{**paid, "cod_paid": Decimal("128.49")}) == "cod_differs"
    assert refusal(waybill, **{**paid, "cod_paid": Decimal("-1")}) == "cod_missing"
    done = recorded(waybill, **paid)
    assert (done.cod_due, done.cod_paid, waybill.status_reason) == (
        Decimal("128.50"), Decimal("128.50"), Reason.COD_COLLECTED,
    )  # fmt: skip
    other = shipment(cod_amount=Decimal("128.50"))
    less = recorded(other, cod_paid=Decimal(0), cod_reason="客户电话同意改月结")
    assert (less.cod_paid, other.status_reason) == (Decimal(0), Reason.SELF)
    third = shipment()
    with pytest.raises(BadInput):
        recorded(third, **paid)


# --- versions ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_correction_is_a_new_version_and_corrects_the_delivery() -> None:
    waybill = shipment(at=ago(hours=9))
    first = recorded(waybill, photo(), signed_at=ago(hours=3), packaging_intact=False)
    with pytest.raises(RuleBroken) as twice:
        recorded(waybill)
    assert twice.value.code == "proof_exists"
    authorised_later = {"waybill_id": waybill.pk, "by": system_user("tests"), "at": timezone.now()}
    with pytest.raises(BadInput):
        pod.correct_proof(proof=proof(), reason=" ", **authorised_later)
    second = pod.correct_proof(
        proof=proof(signed_at=ago(hours=2), packaging_intact=False),
        reason="时间录错", **authorised_later,
    )  # fmt: skip
    waybill.refresh_from_db()
    assert (second.version, second.supersedes, second.photo_count) == (2, first, 1)
    assert waybill.delivered_at == second.signed_at
    assert list(ProofOfDelivery.objects.standing()) == [second]
    assert TrackingEvent.objects.filter(waybill=waybill, status="delivered").count() == 2
    assert timeline(waybill)[0].kind == "waybill.proof_corrected"
    pod.correct_proof(proof=proof(signed_at=ago(hours=3)), reason="又改回来", **authorised_later)
    waybill.refresh_from_db()
    assert abs(waybill.delivered_at - first.signed_at) < timedelta(seconds=9)


@pytest.mark.django_db
def test_there_is_nothing_to_correct_before_the_first() -> None:
    with pytest.raises(RuleBroken) as refused:
        pod.correct_proof(
            waybill_id=shipment().pk, proof=proof(), reason="x",
            by=system_user("tests"), at=timezone.now(),
        )  # fmt: skip
    assert refused.value.code == "proof_missing"


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["tracking_proofofdelivery", "tracking_proofphoto"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_proofs_are_written_once(table: str, sql: str) -> None:
    recorded(shipment(), photo(), packaging_intact=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
