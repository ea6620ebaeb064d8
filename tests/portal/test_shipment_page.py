"""The page of one shipment by its number alone (TRK-8, TRK-10)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, group_number, new_key
from apps.tracking.services import ingest
from tests.factories.tracking import event, report, waybill

PERSONAL = (
    "王小明",
    "李小红",
    "13800138001",
    "13900139002",
    "8001",
    "9002",
    "漕溪北路",
    "建国路",
    "1001",
)
UNKNOWN = compose("YP", 1, new_key())


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.mark.requirement("TRK-8")
def test_state_route_timeline_and_promise(client: Client, under_way: Waybill) -> None:
    shown = text_of(client.get(f"/track/{under_way.number}"))
    assert '<h1 id="state"><span>运输中，</span><span>预计' in shown
    assert all(city in shown for city in ("上海", "济南", "北京"))
    assert (
        shown.index("快件已到达济南转运中心")
        < shown.index("快件已离开上海转运中心，发往下一站")
        < shown.index("快件已在上海徐汇营业点揽收")
    )
    assert "承诺送达" in shown and "预计送达" in shown and "1.2 kg" in shown
    assert "12305" in shown


@pytest.mark.requirement("TRK-8")
def test_the_same_in_english(english: Client, under_way: Waybill) -> None:
    shown = text_of(english.get(f"/track/{under_way.number}"))
    assert "On its way, expected " in shown
    assert "Promised" in shown and "What happened so far" in shown
    assert '<html lang="en">' in shown


@pytest.mark.requirement("TRK-10")
def test_a_number_alone_shows_nobody(client: Client, under_way: Waybill) -> None:
    live = re.search(r'data-live="([^"]+)"', text_of(client.get(f"/track/{under_way.number}")))
    assert live
    pages = [
        client.get(f"/track/{under_way.number}"),
        client.get(f"/track/{under_way.number}?lang=en"),
        client.get("/track", {"n": f"{under_way.number} {UNKNOWN}"}),
        client.get(live.group(1).replace("&amp;", "&")),
        client.get(f"/track/{under_way.number}/details"),
    ]
    for response in pages:
        shown = text_of(response).replace(under_way.number, "")
        for group in group_number(under_way.number).split():
            shown = shown.replace(f"<span>{group}</span>", "")
        shown = re.sub(r'(?:key=|data-version=")[0-9a-f]+|\?n=[^"]+', "", shown)
        assert [word for word in PERSONAL if word in shown] == []


def test_no_text_from_outside_is_on_the_page(client: Client, under_way: Waybill) -> None:
    shown = text_of(client.get(f"/track/{under_way.number}"))
    assert "alert(1)" not in shown and "派件员" not in shown


def test_a_status_stands_once_over_the_scans_that_keep_it(
    client: Client, under_way: Waybill
) -> None:
    shown = text_of(client.get(f"/track/{under_way.number}"))
    assert re.findall(r"<li.*?</li>", shown, re.S)
    assert re.findall(r"<b>(.*?)</b>", shown[shown.index("steps") :])[:2] == ["运输中", "已揽收"]


@pytest.mark.parametrize(
    "path", ["/track/{n}", "/track?n={n}+{u}", "/track/{u}", "/track/nonsense"]
)
def test_no_cookie_no_cache_no_index(client: Client, under_way: Waybill, path: str) -> None:
    response = client.get(path.format(n=under_way.number, u=UNKNOWN))
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "Cookie" in response["Vary"] and "Accept-Language" in response["Vary"]


def test_nothing_inline_and_no_other_host(client: Client, under_way: Waybill) -> None:
    for path in ("/", f"/track/{under_way.number}", f"/track/{under_way.number}/details"):
        shown = text_of(client.get(path))
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=|javascript:", shown)
        assert all(
            a.startswith(("/", "#", "?", "tel:"))
            for a in re.findall(r'(?:src|href|action)="([^"]*)"', shown)
        )


def test_two_queries_whatever_the_history(
    client: Client, under_way: Waybill, django_assert_num_queries: object
) -> None:
    client.get(f"/track/{under_way.number}")  # the names of services are remembered now
    three, one = under_way.number, report(waybill(), "picked_up").number
    for number in (one, three):
        with django_assert_num_queries(2):  # type: ignore[operator]
            client.get(f"/track/{number}")
    with django_assert_num_queries(2):  # type: ignore[operator]
        client.get("/track", {"n": f"{one} {three}"})


def test_typed_loosely_leads_to_the_one_address(client: Client, under_way: Waybill) -> None:
    number = under_way.number
    for typed in (number.lower(), f" {number} ", number[:6] + "-" + number[6:]):
        assert client.get(f"/track/{typed}")["Location"] == f"/track/{number}"
    assert client.get("/track", {"n": group_number(number)})["Location"] == f"/track/{number}"


def test_unknown_mistyped_and_malformed_help_and_keep_what_was_typed(
    english: Client, db: None
) -> None:
    wrong = UNKNOWN[:-1] + str((int(UNKNOWN[-1]) + 1) % 10)
    for typed, words in (
        (UNKNOWN, "We know no shipment under this number."),
        (wrong, "one digit is mistyped or two are swapped"),
        ("SF1234567890", "does not begin with YP"),
        ("YP12", "12 digits"),
    ):
        response = english.get(f"/track/{typed}")
        assert response.status_code == 404
        shown = text_of(response)
        assert words in shown and f"\n{typed}</textarea>" in shown
        assert "What you can try" in shown


@pytest.mark.parametrize(
    "typed",
    [
        '"><script>alert(1)</script>',
        "YP" + "1" * 5000,
        "\u202eYP123456789012",
        "YP\u0661\u0662\u0663",
        "..%2f..%2fetc",
        "%00",
        "%0d%0aSet-Cookie:x=1",
        "😀" * 50,
        "{{7*7}}",
    ],
)
def test_nothing_that_is_typed_breaks_the_page(client: Client, db: None, typed: str) -> None:
    for response in (client.get(f"/track/{typed}"), client.get("/track", {"n": typed})):
        assert response.status_code in (200, 302, 404)
        assert b"<script>alert" not in response.content
        assert not response.cookies
        assert "\r" not in response.get("Location", "") and "\n" not in response.get("Location", "")
        assert response.get("Location", "/track/").startswith("/track/")


def test_many_numbers_each_have_their_sentence(english: Client, under_way: Waybill) -> None:
    done = report(waybill(), "picked_up", "out_for_delivery", "delivered")
    response = english.get(
        "/track", {"n": f"{done.number}，{under_way.number}\n{UNKNOWN};zzz {UNKNOWN[:-1]}"}
    )
    shown = text_of(response)
    assert response.status_code == 200
    assert "Delivered and signed for" in shown and "On its way, expected" in shown
    assert "Not found" in shown and "1 entry is not a waybill number" in shown
    assert UNKNOWN[:-1] in shown and "3 shipments" in shown


def test_more_than_twenty_answers_twenty_and_keeps_the_rest(english: Client, db: None) -> None:
    key = new_key()
    typed = "\n".join(compose("YP", n, key) for n in range(23))
    shown = text_of(english.get("/track", {"n": typed}))
    assert "3 numbers were left out" in shown
    assert shown.count("Not found") == 20
    assert typed in shown


@pytest.mark.parametrize("typed", ["", "   ", ",,"])
def test_nothing_typed_asks_for_a_number(english: Client, db: None, typed: str) -> None:
    response = english.get("/track", {"n": typed})
    assert response.status_code == 404
    assert "Enter a waybill number" in text_of(response)


def test_live_answers_304_until_there_is_news(client: Client, under_way: Waybill) -> None:
    shown = text_of(client.get(f"/track/{under_way.number}"))
    live = re.search(r'data-live="([^"]+)"', shown).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    version = re.search(r'data-version="([^"]+)"', shown).group(1)  # type: ignore[union-attr]
    same = client.get(live, headers={"If-None-Match": f'"{version}"'})
    assert same.status_code == 304 and not same.content and not same.cookies
    ingest(
        [event(under_way, "out_for_delivery", 0, city="北京")],
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )
    news = client.get(live, headers={"If-None-Match": f'"{version}"'})
    assert news.status_code == 200 and "派送中" in text_of(news)
    assert news["ETag"] != f'"{version}"' and news["Cache-Control"] == "private, no-store"


@pytest.mark.requirement("TRK-10")
def test_live_opens_no_other_way_in(client: Client, under_way: Waybill) -> None:
    other = report(waybill(), "picked_up")
    shown = text_of(client.get(f"/track/{under_way.number}"))
    key = re.search(r"key=([0-9a-f]+)", shown).group(1)  # type: ignore[union-attr]
    assert client.get(f"/track/{under_way.number}/live?key={key}").status_code == 200
    for query in (f"key={key}", "key=", "key=%C3%A9", ""):
        assert client.get(f"/track/{other.number}/live?{query}").status_code == 404
    assert client.get(f"/track/nonsense/live?key={key}").status_code == 404


def test_only_looking_is_allowed(client: Client, under_way: Waybill) -> None:
    for path in ("/", f"/track/{under_way.number}", f"/track/{under_way.number}/live"):
        assert client.post(path).status_code == 405
        assert client.head(path).status_code in (200, 404)


def test_budget_of_the_page(client: Client, under_way: Waybill) -> None:
    """HTML + CSS + JS + mark, compressed as they are served, stay far below 60 kB."""
    import gzip
    from pathlib import Path

    for n in range(12):
        report(under_way, *["departed"] * 1, source=f"s{n}")
    parts = [client.get(f"/track/{under_way.number}").content]
    parts += [
        Path("static/portal", name).read_bytes() for name in ("portal.css", "portal.js", "mark.svg")
    ]
    assert sum(len(gzip.compress(part)) for part in parts) < 20_000


@pytest.mark.requirement("TRK-7")
def test_a_time_gone_by_is_never_shown_as_expected(english: Client, db: None) -> None:
    now = timezone.now()
    late = report(waybill(promised_at=now, expected_at=now), "picked_up", "departed")
    shown = text_of(english.get(f"/track/{late.number}"))
    assert "later than promised, and we are sorry" in shown
    assert "<dt>Promised</dt>" in shown and "<dt>Expected</dt>" not in shown


@pytest.mark.requirement("TRK-7")
@pytest.mark.parametrize(
    ("code", "next_step"),
    [
        ("refused", "we are asking the sender what to do"),
        ("intercepted", "the sender decides what happens next"),
        ("returning", "back to the sender"),
        ("exception.damaged", "please call us"),
        ("exception.lost", "please call us"),
        ("exception.bad_address", "please call us"),
        ("exception.out_of_area", "please call us"),
    ],
)
def test_no_delivery_is_expected_where_somebody_has_to_decide_first(
    english: Client, db: None, code: str, next_step: str
) -> None:
    soon = timezone.now() + timedelta(days=2)
    stopped = report(waybill(promised_at=soon), "picked_up", "out_for_delivery", code)
    Waybill.objects.filter(pk=stopped.pk).update(expected_at=soon)
    shown = text_of(english.get(f"/track/{stopped.number}"))
    assert next_step in shown
    assert "<dt>Expected</dt>" not in shown and "expected" not in shown.split("<dt>")[0].lower()
    under_way = report(waybill(promised_at=soon), "picked_up", "out_for_delivery")
    Waybill.objects.filter(pk=under_way.pk).update(expected_at=soon)
    assert "<dt>Expected</dt>" in text_of(english.get(f"/track/{under_way.number}"))
