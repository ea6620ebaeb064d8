"""Staff's pages of the tax channel: what they show, what they do, who may not (BIL-4)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.enums import ObjectScope, Role
from apps.billing import services
from apps.billing.models import Invoice, RedForm
from tests.billing.test_pages import act, entered, page
from tests.doubles.tax_platform import TaxPlatform
from tests.factories.tax import issued, red_form, requested, submitted, two_lined, work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-4")]
D = Decimal


def test_an_invoice_is_given_to_the_channel_asked_about_and_taken_back(
    client: Client, bureau: TaxPlatform
) -> None:
    invoice = requested()
    entered(client)
    assert "交税务通道开具" in page(client, invoice)
    assert "已交税务通道" in act_on(client, invoice, "submit")
    work()
    html = page(client, invoice)
    assert "税务通道开具中" in html and "已提交" in html and invoice.serial in html
    assert f"/{invoice.pk}/do/issue/" not in html, "not by hand while the channel is at work"
    act_on(client, invoice, "ask")
    work()
    invoice.refresh_from_db()
    assert invoice.number and invoice.number in page(client, invoice)
    assert "正在录入红字确认单" in act_on(client, invoice, "red-form", reason="01")
    work(2)
    form = RedForm.objects.get()
    html = page(client, invoice)
    assert "待确认" in html and str(form) in html
    assert f"/{invoice.pk}/do/reverse/" not in html
    html = page(client, form)
    assert "¥106.00" in html and "我方（销方）" in html and "确认截止" in html
    assert "撤销" in html and f"/{form.pk}/do/confirm/" not in html
    act_on(client, form, "withdraw")
    work(2)
    assert "已撤销" in page(client, form)


def act_on(client: Client, record: Any, what: str, **typed: Any) -> str:
    answer = act(client, record, what, **typed)
    assert answer.status_code == 302, answer.content.decode()[:2_000]
    return str(client.get(answer.headers["location"]).content.decode())


def test_a_part_is_chosen_by_its_line_and_refused_beside_its_field(
    client: Client, bureau: TaxPlatform
) -> None:
    invoice = issued(two_lined())
    line = invoice.lines.get(rate_ppm=90_000)
    entered(client)
    refusal = act(client, invoice, "red-form", reason="04", line=line.pk, amount="218.01")
    assert refusal.status_code == 422 and "只剩 218.00 可冲红" in refusal.content.decode()
    refusal = act(client, invoice, "red-form", reason="01", line=line.pk, amount="18.00")
    assert refusal.status_code == 422 and "按税局规定" in refusal.content.decode()
    act_on(client, invoice, "red-form", reason="04", line=line.pk, amount="18.00")
    assert RedForm.objects.get().gross == D("18.00")


def test_a_payer_s_form_is_confirmed_from_its_page(client: Client, bureau: TaxPlatform) -> None:
    invoice = issued()
    bureau.buyer_enters(str(invoice.number))
    services.look_for_red_forms()
    work()
    form = RedForm.objects.get()
    entered(client)
    html = page(client, form)
    assert "购方" in html and f"/{form.pk}/do/withdraw/" not in html
    act_on(client, form, "confirm")
    assert "asked_already" not in page(client, form)
    work(2)
    assert "红字发票已开" in page(client, form)


def test_an_answer_that_nobody_can_read_is_told_in_words(
    client: Client, bureau: TaxPlatform
) -> None:
    invoice = submitted()
    entered(client)
    bureau.plan(None, "drop")
    work()
    html = page(client, invoice)
    assert "不明" in html and "答复之前连接中断。" in html
    act_on(client, invoice, "not-issued", reason="税局查询没有")
    html = page(client, invoice)
    assert "未开出" in html and "税局查询没有" in html and f"/{invoice.pk}/do/submit/" in html


def test_without_a_channel_the_page_offers_the_hand_only(client: Client) -> None:
    invoice = requested()
    entered(client)
    html = page(client, invoice)
    assert f"/{invoice.pk}/do/issue/" in html and f"/{invoice.pk}/do/submit/" not in html
    act(client, invoice, "submit")
    invoice.refresh_from_db()
    assert invoice.state == "requested"


@pytest.mark.parametrize("role", [Role.AGENT, Role.SETTLEMENT_CLERK, Role.DEPARTMENT_MANAGER])
def test_only_finance_speaks_to_the_tax_channel(
    client: Client, bureau: TaxPlatform, role: Role
) -> None:
    invoice, taken_back = requested(), issued()
    form = red_form(taken_back)
    work(2)
    before = len(bureau.requests)
    entered(client, role)
    for record, what in (
        (invoice, "submit"),
        (taken_back, "red-form"),
        (form, "withdraw"),
        (form, "ask"),
    ):
        assert act(client, record, what, reason="01").status_code in (302, 403, 404)
    invoice.refresh_from_db()
    form.refresh_from_db()
    assert (invoice.state, form.action) == ("requested", "")
    assert len(bureau.requests) == before


def test_a_form_is_seen_by_whoever_sees_its_payer(client: Client, bureau: TaxPlatform) -> None:
    form = red_form(issued())
    entered(client, Role.FINANCE, scope=ObjectScope.UNITS)
    address = reverse("admin:billing_redform_change", args=[form.pk])
    assert client.get(address).status_code in (302, 404)
    assert act(client, form, "ask").status_code in (302, 404)
    listed = client.get(reverse("admin:billing_redform_changelist")).content.decode()
    assert str(form) not in listed


def test_pages_take_few_statements_however_many_forms_there_were(
    client: Client, bureau: TaxPlatform
) -> None:
    invoice = issued()
    entered(client)

    def counted(record: Invoice | RedForm) -> int:
        page(client, record)
        with CaptureQueriesContext(connection) as queries:
            page(client, record)
        return len(queries)

    form = red_form(invoice)
    RedForm.objects.filter(pk=form.pk).update(state="refused", channel_due_at=None, action="")
    one = counted(invoice)
    for _n in range(2):
        form = red_form(invoice)
        RedForm.objects.filter(pk=form.pk).update(state="refused", channel_due_at=None, action="")
    assert counted(invoice) == one < 25
    assert counted(form) < 25
