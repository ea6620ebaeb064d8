"""A statement as a paper: Chinese, A4, the same bytes for the same data, its hash kept (BIL-7)."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from apps.accounts.enums import ObjectScope, Role
from apps.banking.services import assign_account
from apps.billing import services
from apps.billing.models import Statement
from apps.billing.queries import papers
from apps.billing.queries.links import token_of
from apps.billing.queries.papers import statement_pdf
from apps.core.errors import RuleBroken
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account
from tests.factories.billing import DECEMBER_FIRST, charged, frozen, payer, sent
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    """Without blanks: the space between Chinese and Latin signs is a matter of setting."""
    content = "".join(page.extract_text() for page in reader(pdf).pages)
    return "".join(content.split())


def full() -> Statement:
    return sent(
        payer(name="上海云裳服饰有限公司", short_name="云裳服饰"),
        "60.00", "40.04",
        waybill="YP000000000017",
        facts={"from": "上海", "to": "北京", "weight_g": 4200},
    )  # fmt: skip


def test_it_says_all_that_a_payer_needs_in_chinese_whoever_asks() -> None:
    by, since = UserFactory(), DECEMBER_FIRST - timedelta(days=90)
    account = bank_account(by)
    assign_account(account=account, since=since, by=by, at=since)
    statement = full()
    with override("en"):
        content = text(statement_pdf(statement))
    for words in (
        "2026年11月对账单", "云裳服饰", statement.number, "100.04", "壹佰元零肆分", account.number,
        account.holder, "YP000000000017", "上海–北京", "4.2", "期末余额", "附言", "核对无误",
    ):  # fmt: skip
        assert "".join(words.split()) in content, words
    assert "草稿" not in content


def test_a4_with_its_font_inside() -> None:
    page = reader(statement_pdf(full())).pages[0]
    width, height = (float(one) / 72 * 25.4 for one in page.mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
    kinds = [one.get_object()["/DescendantFonts"][0].get_object() for one in fonts.values()]
    assert all("NotoSansSC" in one["/BaseFont"] for one in kinds)
    assert all("/FontFile3" in one["/FontDescriptor"] for one in kinds)


def test_the_same_data_is_the_same_bytes_and_other_data_is_not() -> None:
    statement = full()
    first = statement_pdf(statement)
    assert statement_pdf(Statement.objects.get(pk=statement.pk)) == first
    statement.due_on = statement.due_on and statement.due_on + timedelta(days=1)
    assert statement_pdf(statement) != first


def test_the_hash_of_what_was_sent_is_kept_once() -> None:
    statement = full()
    assert statement.pdf_sha256 == ""
    relay_all()
    statement.refresh_from_db()
    assert statement.pdf_sha256 == hashlib.sha256(statement_pdf(statement)).hexdigest()
    Statement.objects.filter(pk=statement.pk).update(due_on="2030-01-01")
    digest = services.store_paper_hash(statement_id=statement.pk)
    assert digest == statement.pdf_sha256, "what was sent, not what it would be now"


def test_only_what_was_sent_has_a_hash() -> None:
    draft = frozen(payer(), "1.00")
    assert services.store_paper_hash(statement_id=draft.pk) == ""
    assert "草稿" in text(statement_pdf(draft))
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=draft.pk).update(pdf_sha256="0" * 64)


def test_none_is_made_while_charges_come(client: Client) -> None:
    statement = charged(payer(), "1.00")[0].statement
    with pytest.raises(RuleBroken) as refusal:
        statement_pdf(statement)
    assert refusal.value.code == "still_open"
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    address = reverse("admin:billing_statement_act", args=[statement.pk, "download"])
    assert client.post(address, {"download-form": "pdf"}).status_code == 422


def test_words_in_a_name_are_no_markup() -> None:
    statement = sent(payer(name='#read("/etc/passwd") *x* $y$', short_name=""), "1.00")
    assert '#read("/etc/passwd")*x*$y$' in text(statement_pdf(statement))


def test_more_lines_than_a_paper_holds_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statement = sent(payer(), *["1.00"] * 30)
    monkeypatch.setattr(papers, "MOST_LINES", 10)
    content = text(statement_pdf(statement))
    assert "其余20条明细见电子表格" in content and content.count("11-10") == 10


def test_staff_and_payer_get_the_same_paper(client: Client) -> None:
    statement = full()
    theirs = client.get(f"/statement/{token_of(statement)}/file/pdf")
    assert theirs["Content-Type"] == "application/pdf"
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    address = reverse("admin:billing_statement_act", args=[statement.pk, "download"])
    ours = client.post(address, {"download-form": "pdf"})
    bodies = [b"".join(answer.streaming_content) for answer in (theirs, ours)]  # type: ignore[attr-defined]
    assert bodies[0] == bodies[1] and bodies[0].startswith(b"%PDF-")


def test_a_link_sets_so_many_papers_an_hour(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.portal.views import statement as views

    monkeypatch.setattr(views, "PAPERS", (timedelta(hours=1), 1))
    statement = full()
    address = f"/statement/{token_of(statement)}/file/pdf"
    assert [client.get(address).status_code for _n in range(2)] == [200, 429]
