"""A colleague comes through the company's directory, is moved there, and is signed out when removed (STF-3)."""

from typing import Any

import pytest
import requests
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts import services
from apps.accounts.enums import Role
from apps.accounts.models import DirectoryIdentity, Unit, User
from apps.desk.demo.people import Cast
from tests.accounts.directories import CLIENT, LOGOUT, company, newcomer
from tests.accounts.directories import _directory as _directory
from tests.doubles.directory import Directory
from tests.e2e.desk import PATIENCE, picture

__all__ = ["company"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("STF-3"),
]


def come_in(page: Page, sub: str) -> None:
    """From the sign-in page through the directory's own."""
    page.get_by_role("link", name="通过企业目录登录").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


def test_a_colleague_comes_is_moved_and_leaves(
    browser: Browser, cast: Cast, live_server: Any, company: Directory, settings: Any
) -> None:
    settings.OIDC = {**settings.OIDC, "trusted_amr": ["mfa"]}
    it = User.objects.get(username="xitong")
    shanghai, beijing = Unit.objects.get(code="SHA"), Unit.objects.get(code="BJS")
    sub = newcomer(company, groups=["客服-上海"], amr=["mfa"])
    context = browser.new_context(base_url=live_server.url, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    # None of the groups is known: waiting, in words, with the groups.
    page.goto("/admin/")
    picture(page, "directory-sign-in")
    come_in(page, sub)
    expect(page.get_by_role("alert")).to_contain_text("企业目录认识您")
    expect(page.get_by_text("客服-上海")).to_be_visible()
    picture(page, "directory-waiting")

    # IT maps two groups; from then on the same person is in.
    for group, unit in (("客服-上海", shanghai), ("客服-北京", beijing)):
        services.map_group(group=group, role=Role.AGENT, unit=unit, by=it)
    page.goto("/admin/account/")
    come_in(page, sub)
    expect(page.get_by_role("heading", name="李梅")).to_be_visible()
    expect(page.locator(".account-roles")).to_contain_text(shanghai.name)

    # Moved to another unit there: the next look moves them here, and the next click shows it.
    company.put(sub, groups=["客服-北京"])
    DirectoryIdentity.objects.update(next_at=timezone.now())
    assert services.check_signed_in() == 1
    page.goto("/admin/account/")
    come_in(page, sub)
    expect(page.locator(".account-roles")).to_contain_text(beijing.name)
    expect(page.locator(".account-roles")).not_to_contain_text(shanghai.name)

    # Removed there: the directory says so, and the next click leads to the sign-in page.
    token = company.logout_token(sub, client=CLIENT)
    answer = requests.post(f"{live_server.url}{LOGOUT}", {"logout_token": token}, timeout=60)
    assert answer.status_code == 200, answer.text
    page.goto("/admin/account/")
    expect(page.get_by_role("link", name="通过企业目录登录")).to_be_visible()
