"""Photos of a delivery are made harmless, and the proof is seen by whoever may."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apps.accounts.enums import ObjectScope, Role
from apps.core.errors import BadInput
from apps.core.files.pictures import LONGEST_SIDE, clean_photo
from apps.tracking.enums import ConfirmedBy
from apps.tracking.models import (
    ProofOfDelivery,
    ProofPhoto,
    Waybill,
)
from apps.tracking.queries.proofs import proof_for_party, proof_photo
from apps.tracking.services.signers import (
    authorise_signer,
)
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.shipments import (
    CONSIGNEE,
    ago,
    photo,
    picture,
    shipment,
)
from tests.pressing import do, forms_of
from tests.tracking.test_pod import recorded

pytestmark = pytest.mark.requirement("TRK-6")


def with_gps() -> io.BytesIO:
    exif = Image.Exif()
    exif[0x010F] = "ACME"  # maker
    exif[0x0112] = 6  # turn right to stand upright
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 9.0)
    return picture((60, 40), exif=exif, comment=b"secret", icc_profile=b"profile")


def test_a_photo_loses_the_place_it_was_taken_and_stands_upright() -> None:
    source = with_gps()
    with Image.open(source) as before:
        assert before.getexif().get_ifd(0x8825)
    clean = clean_photo(source)
    with Image.open(io.BytesIO(clean.content)) as after:
        assert after.format == "JPEG"
        assert after.size == (clean.width, clean.height) == (40, 60)
        assert not after.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(after.info)
    assert b"ACME" not in clean.content and b"secret" not in clean.content


@pytest.mark.parametrize(
    "source",
    [
        picture(form="PNG", mode="RGBA", colour=(255, 0, 0, 0)),
        picture(form="PNG", mode="P", colour=1),
        picture(form="WEBP"),
        picture(mode="CMYK", colour=(0, 0, 0, 0)),
        picture((LONGEST_SIDE + 900, 10)),
    ],
)
def test_every_kind_comes_out_as_a_plain_jpeg(source: io.BytesIO) -> None:
    clean = clean_photo(source)
    with Image.open(io.BytesIO(clean.content)) as after:
        assert (after.format, after.mode) == ("JPEG", "RGB")
        assert max(after.size) <= LONGEST_SIDE


def test_what_hides_behind_a_picture_does_not_survive() -> None:
    source = io.BytesIO(picture().getvalue() + b"<?php system($_GET['c']); ?>")
    assert b"php" not in clean_photo(source).content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00 not a picture", "file_broken"),
        (b"GIF89a" + b"\x00" * 50, "file_broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file_broken"),
        (picture().getvalue()[:200], "file_broken"),
    ],
)
def test_no_picture_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_photo(io.BytesIO(content))
    assert refused.value.code == code


def test_a_bomb_and_a_heavy_file_are_refused_before_they_unpack(monkeypatch: Any) -> None:
    bomb = picture((8000, 8000), "PNG", mode="1", colour=0)
    assert len(bomb.getvalue()) < 100_000
    for most in (None, 1000):  # our own limit, then the library's
        if most:
            monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
        with pytest.raises(BadInput) as refused:
            clean_photo(bomb)
        assert refused.value.code == "file_too_large"
    with pytest.raises(BadInput) as heavy:
        clean_photo(io.BytesIO(b"\xff\xd8\xff" + b"0" * settings.UPLOAD_MAX_BYTES))
    assert heavy.value.code == "file_too_large"


def files() -> list[Path]:
    return [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]


@pytest.mark.django_db
def test_a_photo_lies_under_a_random_name_and_a_failed_proof_leaves_none(monkeypatch: Any) -> None:
    waybill = shipment()
    recorded(waybill, photo(), photo(), packaging_intact=False)
    paths = list(ProofPhoto.objects.values_list("path", flat=True))
    assert len(set(paths)) == len(files()) == 2
    assert all(waybill.number not in path for path in paths)

    def fail(*args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(ProofPhoto.objects, "bulk_create", fail)
    other = shipment()
    with pytest.raises(RuntimeError):
        recorded(other, photo(), packaging_intact=False)
    assert len(files()) == 2
    assert Waybill.objects.get(pk=other.pk).delivered_at is None


# --- for a party, and for staff ----------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.requirement("TRK-10")
def test_a_proven_party_sees_the_standing_proof_and_its_own_photos() -> None:
    waybill, other = shipment(), shipment()
    assert proof_for_party(waybill) is None
    recorded(waybill, photo(), packaging_intact=False)
    with CaptureQueriesContext(connection) as queries:
        view = proof_for_party(waybill)
    assert len(queries) == 2
    assert view is not None
    assert (view.signed_by, view.packaging_intact, len(view.photos)) == (CONSIGNEE, False, 1)
    key = view.photos[0].key
    found = proof_photo(waybill, key)
    assert found is not None and found[1] == "image/jpeg"
    assert found[0][:3] == b"\xff\xd8\xff"
    assert proof_photo(other, key) is None
    assert proof_photo(waybill, uuid4()) is None


def page(waybill: Waybill) -> str:
    return reverse("admin:tracking_delivery_change", args=[waybill.pk])


def typed(**more: Any) -> dict[str, Any]:
    return {
        "signed_by": CONSIGNEE, "signed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "handed_over": "door", "packaging_intact": "no", "was_opened": "no",
        "photos": picture(), **more,
    }  # fmt: skip


@pytest.mark.django_db
def test_recording_in_the_browser(client: Client) -> None:
    waybill = shipment(at=ago(hours=3))
    sign_in(client, superuser())
    assert client.get(page(waybill)).status_code == 200
    broken = io.BytesIO(b"no picture")
    broken.name = "x.jpg"
    answer = do(client, page(waybill), "record", typed(photos=broken))
    assert answer.status_code == 422
    assert CONSIGNEE in answer.content.decode()
    assert not ProofOfDelivery.objects.exists()
    assert do(client, page(waybill), "record", typed()).status_code == 302
    shown = client.get(page(waybill))
    assert CONSIGNEE not in shown.content.decode()  # masked on screen
    photo_url = reverse(
        "admin:tracking_delivery_photo", args=[waybill.pk, ProofPhoto.objects.get().key]
    )
    answer = client.get(photo_url)
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    recorded_already = do(client, page(waybill), "record", typed())
    assert recorded_already.status_code == 302 and ProofOfDelivery.objects.count() == 1
    correction = typed(reason="录错", photos="", signed_by="")
    assert do(client, page(waybill), "correct", correction).status_code == 302
    assert ProofOfDelivery.objects.count() == 2
    assert ProofOfDelivery.objects.latest("pk").signed_by == CONSIGNEE
    answer = {"satisfaction": "satisfied"}
    assert do(client, page(waybill), "satisfaction", answer).status_code == 302


@pytest.mark.django_db
def test_good_photos_survive_a_refused_try(client: Client) -> None:
    waybill = shipment(at=ago(hours=3))
    sign_in(client, superuser())
    broken = io.BytesIO(b"no picture")
    broken.name = "x.jpg"
    chosen = [picture(), broken]
    refused = do(client, page(waybill), "record", typed(photos=chosen))
    assert refused.status_code == 422
    (form,) = [
        one
        for one in forms_of(refused.content.decode(), page(waybill))
        if "record-photos-kept" in one.data
    ]
    assert len(form.data["record-photos-kept"]) == 1, "the broken one is not kept"
    assert client.post(form.action, form.data).status_code == 302
    assert ProofPhoto.objects.count() == 1


@pytest.mark.django_db
def test_words_before_the_delivery_in_the_browser(client: Client) -> None:
    waybill = shipment(at=ago(hours=3))
    sign_in(client, superuser())
    later = timezone.localtime() + timedelta(days=3)
    for act, values in {
        "authorise": {"name": "王大力", "given_by": "陈经理", "confirmed": "call_back"},
        "consent": {"party": "consignee", "place": "丰巢", "given_by": "李", "confirmed": "email"},
        "promise": {
            "promised": later.strftime("%Y-%m-%dT%H:%M"),
            "cause": "own",
            "reason": "台风",
        },
    }.items():
        assert do(client, page(waybill), act, values).status_code == 302, act
    shown = client.get(page(waybill)).content.decode()
    assert "丰巢" in shown and "台风" in shown and "王大力" not in shown


@pytest.mark.django_db
@pytest.mark.requirement("TRK-6")
def test_what_was_agreed_is_withdrawn_on_the_page(client: Client) -> None:
    waybill = shipment(at=ago(hours=3))
    sign_in(client, superuser())
    given = {"given_by": "陈经理", "confirmed": "call_back"}
    do(client, page(waybill), "authorise", {"name": "王大力", **given})
    do(client, page(waybill), "consent", {"party": "consignee", "place": "丰巢", **given})
    rows = {"signer": waybill.authorised_signers.get(), "consent": waybill.consents.get()}
    for what, row in rows.items():
        key = [waybill.pk, f"revoke-{what}", row.pk]
        where = reverse("admin:tracking_delivery_act", args=key)
        assert where in client.get(page(waybill)).text
        assert client.get(where).status_code == 200
        assert client.post(where).status_code == 302
        row.refresh_from_db()
        assert row.revoked_at is not None
        assert where not in client.get(page(waybill)).text
        assert client.get(where).status_code == 302, "a second time it is not possible any more"
    assert not waybill.authorised_signers.filter(revoked_at=None).exists()
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    for what, row in rows.items():
        key = [waybill.pk, f"revoke-{what}", row.pk]
        assert client.post(reverse("admin:tracking_delivery_act", args=key)).status_code == 403


@pytest.mark.django_db
def test_who_may_not_pass(client: Client) -> None:
    waybill = shipment()
    recorded(waybill, photo(), packaging_intact=False)
    photo_url = reverse(
        "admin:tracking_delivery_photo", args=[waybill.pk, ProofPhoto.objects.get().key]
    )
    assert client.get(photo_url).status_code == 302
    sign_in(client, UserFactory())
    for url in (page(waybill), photo_url, reverse("admin:tracking_delivery_changelist")):
        assert client.get(url).status_code == 403
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.CUSTOMERS))
    for url in (page(waybill), photo_url):
        assert client.get(url).status_code in (403, 404)
    outsider = UserFactory(scope=ObjectScope.CUSTOMERS)
    with pytest.raises(Waybill.DoesNotExist):
        recorded(waybill, by=outsider)
    with pytest.raises(Waybill.DoesNotExist):
        authorise_signer(
            waybill_id=waybill.pk, name="x", given_by="y", confirmed=ConfirmedBy.EMAIL,
            by=outsider, at=timezone.now(),
        )  # fmt: skip


@pytest.mark.django_db
def test_the_list_of_deliveries_is_light(client: Client) -> None:
    sign_in(client, superuser())
    counts = []
    for n in (1, 2):
        for _ in range(n):
            shipment()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:tracking_delivery_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
