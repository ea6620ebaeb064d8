"""A real browser: Debian's chromium (or CHROMIUM), headless, against a live server of the tests."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings as house
from playwright.sync_api import Browser, Page, sync_playwright

# Playwright's synchronous interface runs an event loop in this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """The live server finds files where they are written, not where they are collected."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **house.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a Chinese visitor; ``page.context`` is closed afterwards."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
