"""Full details for a party, and only for a party (TRK-6, TRK-10)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.portal.proofs import COOKIE
from apps.tracking.models import ProofPhoto, Waybill
from apps.tracking.numbers import compose, new_key
from apps.tracking.services.pod import record_proof
from tests.factories.shipments import ago, photo, proof, scan, shipment
from tests.factories.tracking import report, waybill

UNKNOWN = compose("YP", 1, new_key())


def ask(client: Client, number: str, digits: str) -> object:
    return client.post(f"/track/{number}/details", {"digits": digits})


SENDERS, CONSIGNEES = ("王小明", "漕溪北路"), ("李小红", "建国路 88 号 1001 室")


@pytest.mark.requirement("TRK-10")
@pytest.mark.parametrize(
    ("digits", "opened", "closed"),
    [
        ("8001", SENDERS, CONSIGNEES),
        ("9002", CONSIGNEES, SENDERS),
        ("９００２", CONSIGNEES, SENDERS),
        (" 9002 ", CONSIGNEES, SENDERS),
    ],
)
def test_digits_open_the_half_they_belong_to(
    client: Client, under_way: Waybill, digits: str, opened: list[str], closed: list[str]
) -> None:
    answer = ask(client, under_way.number, digits)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert answer["Location"] == f"/track/{under_way.number}/details"  # type: ignore[index]
    shown = client.get(f"/track/{under_way.number}/details").content.decode()
    assert all(word in shown for word in opened) and "服装" in shown
    assert not any(word in shown for word in closed)
    # The key to this page is never on it.
    assert "13800138001" not in shown and "13900139002" not in shown


@pytest.mark.requirement("TRK-10")
def test_the_page_says_what_opens_the_other_half(english: Client, under_way: Waybill) -> None:
    where = f"/track/{under_way.number}/details"
    ask(english, under_way.number, "8001")
    assert "open with the last four digits of the consignee" in plain_words(english, where)
    ask(english, under_way.number, "9002")
    assert "opens with the last four digits of the sender" in plain_words(english, where)


def plain_words(client: Client, where: str) -> str:
    return unescape(client.get(where).content.decode())


@pytest.mark.requirement("TRK-10")
def test_two_phones_with_the_same_end_are_told_apart_by_more_digits(
    english: Client, db: None
) -> None:
    parcel = report(waybill(consignee_phone="13977778001"), "picked_up")
    asked = ask(english, parcel.number, "8001")
    page = asked.content.decode()  # type: ignore[attr-defined]
    assert asked.status_code == 422 and COOKIE not in english.cookies  # type: ignore[attr-defined]
    assert "Last eight digits of your phone" in page and 'maxlength="8" pattern="[0-9]{8}"' in page
    assert ask(english, parcel.number, "77778001").status_code == 303  # type: ignore[attr-defined]
    assert "李小红" in english.get(f"/track/{parcel.number}/details").content.decode()


@pytest.mark.requirement("TRK-10")
def test_the_proof_is_kept_apart_from_everything_else(client: Client, under_way: Waybill) -> None:
    answer = ask(client, under_way.number, "9002")
    kept = answer.cookies[COOKIE]  # type: ignore[attr-defined]
    assert kept["httponly"] and kept["samesite"] == "Strict" and kept["max-age"] == 1800
    assert kept["path"] == f"/track/{under_way.number}"
    assert "9002" not in kept.value
    details = client.get(f"/track/{under_way.number}/details")
    assert details["Cache-Control"] == "private, no-store"
    assert details["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.requirement("TRK-10")
def test_a_proof_opens_its_own_waybill_only_and_not_for_long(
    client: Client, under_way: Waybill
) -> None:
    other = report(waybill(), "picked_up")
    ask(client, under_way.number, "9002")
    value = client.cookies[COOKIE].value
    client.cookies.clear()
    for forged in (value, value[:-2] + "xx", "", "x", signing.dumps(other.number), value + "\x7f"):
        client.cookies[COOKIE] = forged
        assert "李小红" not in client.get(f"/track/{other.number}/details").content.decode()


def test_an_old_proof_is_no_proof(
    client: Client, under_way: Waybill, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client, under_way.number, "9002")
    client.cookies[COOKIE]["path"] = "/"
    late = signing.time.time() + timedelta(minutes=31).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: late)
    assert "李小红" not in client.get(f"/track/{under_way.number}/details").content.decode()


@pytest.mark.requirement("TRK-10")
def test_wrong_digits_and_unknown_waybill_look_the_same(
    english: Client, under_way: Waybill
) -> None:
    miss = ask(english, under_way.number, "0000")
    unknown = ask(english, UNKNOWN, "0000")
    assert miss.status_code == unknown.status_code == 422  # type: ignore[attr-defined]

    def plain(response: object, number: str) -> list[str]:
        shown = response.content.decode().replace(number, "N")  # type: ignore[attr-defined]
        return [
            line
            for line in shown.splitlines()
            if "csrfmiddlewaretoken" not in line and 'class="number"' not in line
        ]

    assert plain(miss, under_way.number) == plain(unknown, UNKNOWN)
    assert english.get(f"/track/{UNKNOWN}/details").status_code == 200
    assert COOKIE not in english.cookies


@pytest.mark.requirement("TRK-10")
def test_guesses_are_limited_and_a_right_one_comes_too_late(
    english: Client, under_way: Waybill
) -> None:
    for guess in range(5):
        assert ask(english, under_way.number, f"{guess:04d}").status_code == 422  # type: ignore[attr-defined]
    late = ask(english, under_way.number, "9002")
    assert late.status_code == 429  # type: ignore[attr-defined]
    (minutes,) = re.findall(r"Try again in (\d+) minutes", late.content.decode())  # type: ignore[attr-defined]
    wait = int(late["Retry-After"])  # type: ignore[index]
    assert (int(minutes) - 1) * 60 < wait <= int(minutes) * 60
    # The quarter of an hour counts as one window slides into the next, of five.
    assert 3 * 60 < wait <= 18 * 60 + 1
    assert COOKIE not in english.cookies


@pytest.mark.parametrize("digits", ["", "12", "abcd", "123456", "'; drop", "1" * 5000])
def test_what_is_not_four_digits_is_refused_in_words(
    english: Client, under_way: Waybill, digits: str
) -> None:
    response = ask(english, under_way.number, digits)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert 'role="alert"' in response.content.decode()  # type: ignore[attr-defined]


def test_a_form_from_elsewhere_is_refused(under_way: Waybill) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(f"/track/{under_way.number}/details", {"digits": "9002"})
    assert response.status_code == 403
    assert "请重新提交一次" in response.content.decode()
    assert COOKIE not in strict.cookies


def test_close_forgets_the_proof(client: Client, under_way: Waybill) -> None:
    ask(client, under_way.number, "9002")
    answer = client.post(f"/track/{under_way.number}/close")
    assert answer.status_code == 303 and answer["Location"] == f"/track/{under_way.number}"
    assert answer.cookies[COOKIE]["max-age"] == 0
    assert "李小红" not in client.get(f"/track/{under_way.number}/details").content.decode()
    assert client.get(f"/track/{under_way.number}/close").status_code == 405


def test_only_a_number_becomes_part_of_an_address(client: Client, db: None) -> None:
    assert (
        client.get("/track/x;Domain=evil.example/details")["Location"]
        == "/track/x%3BDomain%3Devil.example"
    )
    assert client.post("/track/x;Domain=evil.example/close").status_code == 404


def test_photos_need_the_proof(client: Client, under_way: Waybill) -> None:
    key = "00000000-0000-4000-8000-000000000000"
    for path in (f"photo/{key}", "photo/nonsense"):
        assert client.get(f"/track/{under_way.number}/{path}").status_code == 404
    ask(client, under_way.number, "9002")
    assert client.get(f"/track/{under_way.number}/photo/{key}").status_code == 404


@pytest.mark.requirement("TRK-6")
def test_no_proof_of_delivery_yet_is_said(english: Client, under_way: Waybill) -> None:
    ask(english, under_way.number, "9002")
    shown = english.get(f"/track/{under_way.number}/details").content.decode()
    assert "appears here once the shipment is signed for" in shown


@pytest.mark.requirement("TRK-6", "TRK-10")
def test_the_proof_of_delivery_and_its_photos_show_to_a_party(english: Client, db: None) -> None:
    done = scan(
        shipment(at=ago(hours=9), sender_phone="13800138001", consignee_phone="13900139002"),
        "out_for_delivery",
        ago(hours=1),
    )
    record_proof(
        waybill_id=done.pk,
        proof=proof(packaging_intact=False),
        photos=[photo()],
        by=system_user("tests"),
        at=timezone.now(),
    )
    key = ProofPhoto.objects.get().key
    picture = f"/track/{done.number}/photo/{key}"
    assert english.get(picture).status_code == 404
    ask(english, done.number, "8001")
    sender = english.get(f"/track/{done.number}/details").content.decode()
    assert "Signed at" in sender and "Signed by" not in sender and picture not in sender
    assert english.get(picture).status_code == 404, "the sender's digits open no photo"
    ask(english, done.number, "9002")
    shown = english.get(f"/track/{done.number}/details").content.decode()
    assert "Signed by" in shown and "李小红" in shown and "not intact" in shown and picture in shown
    image = english.get(picture)
    assert image.status_code == 200 and image["Content-Type"].startswith("image/")
    assert image["Cache-Control"] == "private, no-store"
    other = waybill()
    assert english.get(f"/track/{other.number}/photo/{key}").status_code == 404
