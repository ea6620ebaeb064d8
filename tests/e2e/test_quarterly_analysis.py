"""The analysis of a quarter in a browser (CMP-4): quality control writes it with its first action, both languages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.enums import Role
from apps.quality.models import QuarterlyAnalysis
from tests.e2e.desk import Enter, clean, picture
from tests.factories.complaints import Team

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-4"),
]
WORDS = {"zh-CN": ("预览", "撰写季度分析"), "en-GB": ("Preview", "Write the analysis of a quarter")}


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_quarter_is_analysed_with_its_first_action(
    enter: Enter, language: str, wide: int
) -> None:
    preview, write = WORDS[language]
    team = Team()
    qc = enter(team.qc, language, wide)
    qc.goto("/admin/quality/quarterlyanalysis/add/")
    expect(qc.locator("[name=findings]")).to_be_visible()
    qc.locator("[name=findings]").fill("派送前没有电话的占四成")
    qc.locator("[name=what]").fill("派送前一小时发短信")
    qc.locator("[name=owner]").select_option(str(team.qc.pk))
    qc.locator("[name=due_at]").fill(f"{timezone.localdate() + timedelta(days=20):%Y-%m-%d} 18:00")
    clean(qc)
    qc.get_by_role("button", name=preview, exact=True).click()
    expect(qc.locator("#surveys-title")).to_be_visible()
    picture(qc, f"analysis-preview-{language}-{wide}", full_page=True)
    qc.get_by_role("button", name=write, exact=True).click()
    expect(qc.locator("#actions-title")).to_be_visible()
    expect(qc.get_by_text("派送前一小时发短信").first).to_be_visible()
    picture(qc, f"analysis-{language}-{wide}", full_page=True)
    clean(qc)
    row = QuarterlyAnalysis.objects.get()
    assert row.actions.get().owner == team.qc
    qc.goto("/admin/quality/quarterlyanalysis/")
    expect(qc.get_by_role("link", name=row.name)).to_be_visible()
    colleague = enter(team.person(Role.FINANCE), language, wide)
    answer = colleague.goto(f"/admin/quality/quarterlyanalysis/{row.pk}/change/")
    assert answer is not None and answer.status == 403
