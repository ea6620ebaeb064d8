"""The form of the tracking box: whole messages, with and without a number, short and very long."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, group_number

pytestmark = [pytest.mark.requirement("TRK-8"), pytest.mark.django_db]
KEY = "5a" * 32
LONG = "我的快递怎么还没有到呢" * 82  # 902 characters


def test_a_pasted_message_leads_to_the_page_of_its_shipment(
    english: Client, under_way: Waybill
) -> None:
    message = (
        f"【某快递】您的快递{group_number(under_way.number).lower()}已发出，请注意查收。" + LONG
    )
    response = english.post("/track", {"n": message}, follow=True)
    assert response.redirect_chain == [
        (f"/track?n={under_way.number}", 303),
        (f"/track/{under_way.number}", 302),
    ]
    assert response.status_code == 200


def test_the_form_needs_no_cookie_and_asks_by_post(under_way: Waybill) -> None:
    strict = Client(enforce_csrf_checks=True)
    home = strict.get("/")
    assert 'action="/track" method="post"' in home.content.decode() and not home.cookies
    assert strict.post("/track", {"n": under_way.number}).status_code == 303


def test_what_is_found_and_what_is_mistyped_go_on_in_an_address(english: Client) -> None:
    one, two = (compose("YP", serial, KEY) for serial in (1, 2))
    wrong = one[:-1] + str((int(one[-1]) + 1) % 10)
    response = english.post("/track", {"n": f"{one} 和 {two}\n{group_number(wrong)} 谢谢"})
    where = urlsplit(response["Location"])
    assert (where.path, parse_qs(where.query)) == ("/track", {"n": [f"{one} {two} {wrong}"]})
    shown = english.get(response["Location"]).content.decode()
    assert "2 shipments" in shown and "1 entry is not a waybill number" in shown
    assert "one digit is mistyped or two are swapped" in shown and "谢谢" not in shown


@pytest.mark.parametrize("way", ["get", "post"])
def test_a_long_text_without_a_number_is_explained_and_kept(english: Client, way: str) -> None:
    response = getattr(english, way)("/track", {"n": LONG})
    shown = response.content.decode()
    assert response.status_code == 404
    assert (
        "There is no waybill number in this text" in shown
        and "the whole message" in shown
        and LONG in shown
    )
    # The link to the other language is short enough for an address.
    link = shown.split('class="tongue" href="')[1].split('"')[0]
    assert len(link) < 8000 and english.get(link.replace("&amp;", "&")).status_code == 404


def test_hundreds_of_numbers_are_counted_and_the_address_stays_short(english: Client) -> None:
    many = [compose("YP", serial, KEY) for serial in range(400)]
    response = english.post("/track", {"n": "\n".join(many)})
    assert len(response["Location"]) < 8000
    shown = english.get(response["Location"]).content.decode()
    assert "280 numbers were left out" in shown
