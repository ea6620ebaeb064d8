"""Languages, error pages, and what browsers and search engines ask for."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from apps.portal import prerendered
from apps.tracking.models import Waybill
from tests.factories.tracking import waybill

# The first page asks for announcements.
pytestmark = pytest.mark.django_db
ERRORS = ("400", "403", "403_csrf", "404", "500", "portal/429")


def test_chinese_first_then_the_browser_then_the_switch(client: Client) -> None:
    assert '<html lang="zh-CN">' in client.get("/").content.decode()
    french = client.get("/", headers={"Accept-Language": "fr"})
    assert '<html lang="zh-CN">' in french.content.decode()
    browser = client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert '<html lang="en">' in browser.content.decode() and not browser.cookies
    switched = client.get("/?lang=en")
    assert '<html lang="en">' in switched.content.decode()
    assert switched.cookies["yipiao_language"].value == "en"
    assert (
        '<html lang="en">' in client.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()
    )


def test_the_switch_keeps_the_number_and_the_list(client: Client, under_way: Waybill) -> None:
    shown = client.get(f"/track/{under_way.number}").content.decode()
    assert 'href="?lang=en"' in shown
    listed = client.get("/track", {"n": 'x&y="z'}).content.decode()
    assert 'href="/track?n=x%26y%3D%22z&amp;lang=en"' in listed


@pytest.mark.parametrize(
    "lang", ["xx", "../", "//evil.example", "en\r\nSet-Cookie: a=b", "zh-hans;x"]
)
def test_other_languages_are_ignored(client: Client, lang: str) -> None:
    response = client.get("/", {"lang": lang})
    assert response.status_code == 200 and not response.cookies
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_stand_alone_in_both_languages(name: str) -> None:
    """No request, no context: so they work when everything else does not."""
    with translation.override("en"):
        english = render_to_string(f"{name}.html")
    with translation.override("zh-hans"):
        chinese = render_to_string(f"{name}.html")
    assert '<html lang="en">' in english and '<html lang="zh-CN">' in chinese
    assert english.split("<h1>")[1].split("</h1>")[0].isascii()
    assert not chinese.split("<h1>")[1].split("</h1>")[0].isascii()
    assert "400-000-1111" in chinese and 'href="/?lang=' in chinese


def test_an_unknown_address_gets_the_public_404(client: Client, db: None) -> None:
    response = client.get("/nothing/here")
    assert response.status_code == 404 and "这个网址没有内容" in response.content.decode()


def test_robots_manifest_and_icon(client: Client) -> None:
    assert b"Disallow: /admin/" in client.get("/robots.txt").content
    manifest = client.get("/site.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert json.loads(manifest.content)["name"] == "一票速递"
    assert client.get("/favicon.ico")["Location"].endswith("mark.svg")


def test_the_first_page_may_be_found(client: Client) -> None:
    response = client.get("/")
    assert "X-Robots-Tag" not in response and b"noindex" not in response.content
    assert not response.cookies


class TestSecurityTxt:
    URL = "/.well-known/security.txt"

    def test_it_says_where_to_report_and_until_when(self, client: Client, settings: Any) -> None:
        settings.SECURITY_CONTACTS = ["mailto:security@yipiao.example", "https://yipiao.example/s"]
        settings.SECURITY_EXPIRES, settings.SITE_URL = "2027-06-30", "https://yipiao.example"
        answer = client.get(self.URL)
        assert answer["Content-Type"].startswith("text/plain")
        assert answer.content.decode().splitlines() == [
            "Contact: mailto:security@yipiao.example",
            "Contact: https://yipiao.example/s",
            "Expires: 2027-06-30T00:00:00Z",
            "Preferred-Languages: zh, en",
            "Canonical: https://yipiao.example/.well-known/security.txt",
        ]

    def test_it_never_stands_there_out_of_date(self, client: Client, settings: Any) -> None:
        settings.SECURITY_CONTACTS, settings.SECURITY_EXPIRES = ["mailto:s@yipiao.example"], ""
        (line,) = (x for x in client.get(self.URL).content.decode().splitlines() if "Expires" in x)
        ends = datetime.fromisoformat(line.partition(": ")[2])
        assert timedelta(days=178) < ends - timezone.now() < timedelta(days=365)

    def test_there_is_none_without_a_contact(self, client: Client, settings: Any) -> None:
        settings.SECURITY_CONTACTS = []
        assert client.get(self.URL).status_code == 404


@pytest.fixture
def fresh_pages() -> Iterator[None]:
    """Pages are prerendered once for a process; the address of the site is a part of them."""
    prerendered._prerender.cache_clear()
    yield
    prerendered._prerender.cache_clear()


@pytest.mark.requirement("TRK-10")
@pytest.mark.usefixtures("fresh_pages")
def test_a_shared_tracking_link_shows_a_card_without_anybody_in_it(
    client: Client, settings: Any
) -> None:
    settings.SITE_URL = "https://yipiao.example"
    parcel = waybill()
    page = client.get(f"/track/{parcel.number}?lang=en").content.decode()
    card = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page))
    assert card["title"] == "Track a shipment" and card["type"] == "website"
    assert card["description"] and card["image"].startswith("https://yipiao.example/static/")
    # Cards are kept and shown to whole groups: neither the number nor how it stands is in them.
    for answers in (parcel.number, "王", "李", "北京", "上海"):
        assert answers not in "".join(card.values())
    settings.SITE_URL = ""
    assert "og:image" not in render_to_string("portal/base.html")
