"""A real browser against a live server of the tests."""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as installation
from django.core.signals import request_finished, request_started
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from apps.accounts.models import User
from apps.customers.models import Customer
from apps.desk.demo.companies import make_companies
from apps.desk.demo.people import Cast, make_people
from apps.tracking.models import Waybill
from tests.databases import restored
from tests.e2e.chromium import Chromium
from tests.e2e.desk import PATIENCE, PHONE, Enter
from tests.factories.accounts import sign_in
from tests.factories.orders import confirmed_order
from tests.waiting import eventually

# Playwright's synchronous interface runs an event loop in this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """The live server finds files where they are written, not where they are collected."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **installation.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    """One for all stories. Not for the whole run: whoever runs an event loop of their own could not
    beside this one's."""
    with sync_playwright() as playwright:
        started = Chromium(playwright)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Chromium) -> Browser:
    return chromium.browser()


@pytest.fixture
def enter(browser: Browser, live_server: Any) -> Enter:
    """Somebody at the desk, past the second factor."""

    def come_in(user: User, language: str, wide: int) -> Page:
        client = Client()
        sign_in(client, user)
        size: Any = {"width": wide, "height": 900}
        context = browser.new_context(base_url=live_server.url, locale=language, viewport=size)
        context.set_default_timeout(PATIENCE)
        name = installation.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        return context.new_page()

    return come_in


@pytest.fixture(autouse=True)
def _no_page_stays_open(chromium: Chromium, live_server: object) -> Iterator[None]:
    """An open page goes on asking, in the middle of the next story; and what it asked last, as it was
    closed (that nobody reads a case any more), would write among the tables that are emptied."""
    running: set[int] = set()

    def begins(**_signal: object) -> None:
        running.add(threading.get_ident())

    def ends(**_signal: object) -> None:
        running.discard(threading.get_ident())

    request_started.connect(begins)
    request_finished.connect(ends)
    yield
    chromium.close_pages()
    eventually(lambda: not running)
    request_started.disconnect(begins)
    request_finished.disconnect(ends)


@pytest.fixture
def page(browser: Browser) -> Page:
    """An empty page of a Chinese visitor."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    return context.new_page()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The people and companies of the demo house."""
    return restored("demo", _people_and_companies)


def _people_and_companies() -> Cast:
    now = timezone.now()
    began = now - timedelta(days=20)
    made = make_people(began)
    make_companies(made, began, now)
    return made


@pytest.fixture
def waybill(cast: Cast) -> Waybill:
    """A confirmed order of a customer of 王芳's; the consignee is whoever will complain."""
    customer = Customer.objects.filter(agent=cast["wangfang"]).order_by("pk")[0]
    made = confirmed_order(
        customer, by=cast["wangfang"], delivery_contact="周小梅", delivery_phone=PHONE,
        goods_name="羊毛衫", declared_value="1200",
    )  # fmt: skip
    found: Waybill = Waybill.objects.get(work_orders=made)
    return found
