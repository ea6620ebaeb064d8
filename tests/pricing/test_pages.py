"""Staff pages of prices: who opens what, the main jobs, queries, refusals (BIL-1)."""

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.pricing import services
from apps.pricing.enums import BillingEvent, QuoteState, VersionState
from apps.pricing.models import Quote, Tariff, TariffVersion, TaxClass
from apps.pricing.queries import effects
from apps.pricing.queries.pricing import Asked
from apps.pricing.queries.reading import read_tariff
from apps.pricing.queries.service_names import service_name
from apps.pricing.rating import Shipment, fingerprint
from apps.pricing.sheets import write_tariff_book
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.pricing import draft, flat_price, fuel, published, says

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]
TARIFFS, VERSIONS = "/admin/pricing/tariff/", "/admin/pricing/tariffversion/"
QUOTES, TAXES = "/admin/pricing/quote/", "/admin/pricing/taxclass/"


def at_desk(client: Client, role: Role = Role.FINANCE, **fields: Any) -> User:
    user: User = UserFactory(roles=[role], **{"scope": ObjectScope.ALL, **fields})
    sign_in(client, user)
    return user


def text(answer: Any) -> str:
    return str(answer.content.decode())


def queries_of(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(where).status_code == 200
    return len(queries)


def test_lists_take_as_many_queries_for_three_rows_as_for_one(client: Client) -> None:
    user = at_desk(client)
    other = UserFactory()

    def add() -> None:
        customer = CustomerFactory()
        published(customer=customer)
        draft(since=timezone.localdate(), customer=customer)
        services.make_quote(
            customer=customer, service="dedicated", what="专车", amount_fen=1, by=other,
            valid_until=timezone.localdate(), at=timezone.now(),
        )  # fmt: skip
        services.add_tax_class(
            code=f"t{TaxClass.objects.count()}", name="收派", since=timezone.localdate(),
            rate_ppm=1, by=user, at=timezone.now(),
        )  # fmt: skip

    add()
    lists = (TARIFFS, VERSIONS, QUOTES, TAXES)
    before = [queries_of(client, where) for where in lists]
    add()
    add()
    assert [queries_of(client, where) for where in lists] == before


def test_a_quote_names_its_service_in_words(client: Client) -> None:
    user = at_desk(client)
    quote = services.make_quote(
        customer=CustomerFactory(), service="dedicated", what="接机", amount_fen=1, by=user,
        valid_until=timezone.localdate(), at=timezone.now(),
    )  # fmt: skip
    for where in (QUOTES, f"{QUOTES}{quote.pk}/change/"):
        page = text(client.get(where))
        assert service_name("dedicated") in page
        assert "dedicated" not in page


def test_who_may_not_open_what(client: Client) -> None:
    version = published()
    pages = [TARIFFS, VERSIONS, QUOTES, TAXES, f"{TARIFFS}{version.tariff_id}/change/"]
    pages += [f"{VERSIONS}{version.pk}/{rest}" for rest in ("change/", "sheet/", "try/")]
    pages += [f"{TARIFFS}try/", f"{TARIFFS}add/"]
    at_desk(client, Role.WAREHOUSE_MANAGER)
    assert [client.get(where).status_code for where in pages] == [403] * len(pages)
    at_desk(client, Role.AGENT)
    opened = {where: client.get(where).status_code for where in pages}
    assert [where for where, status in opened.items() if status == 200] == [
        QUOTES,
        f"{VERSIONS}{version.pk}/try/",
        f"{TARIFFS}try/",
    ]
    at_desk(client, Role.SETTLEMENT_CLERK)
    waiting = draft(since=timezone.localdate())
    for act in ("publish", "import", "terms", "discard"):
        assert client.get(f"{VERSIONS}{waiting.pk}/do/{act}/").status_code == 403
    client.logout()
    assert client.get(TARIFFS).status_code == 302


def test_a_customer_s_prices_are_seen_only_by_who_sees_the_customer(client: Client) -> None:
    version = published(customer=CustomerFactory())
    general = published()
    at_desk(client, scope=ObjectScope.UNITS)
    listed = text(client.get(VERSIONS))
    assert f"/{general.pk}/change/" in listed
    assert f"/{version.pk}/change/" not in listed
    for where in (
        f"{TARIFFS}{version.tariff_id}/change/",
        f"{VERSIONS}{version.pk}/change/",
        f"{VERSIONS}{version.pk}/sheet/",
        f"{VERSIONS}{version.pk}/try/",
    ):
        assert client.get(where).status_code == 404


def test_a_tariff_is_entered_drafted_filled_tried_and_published(client: Client) -> None:
    user = at_desk(client)
    customer = CustomerFactory()
    client.post(
        f"{TARIFFS}add/", {"customer": customer.code, "service": "standard", "name": "标准快递"}
    )
    tariff = Tariff.objects.get(customer=customer)
    today = timezone.localdate()
    client.post(f"{TARIFFS}{tariff.pk}/do/draft/", {"draft-since": today.isoformat()})
    version = TariffVersion.objects.get(tariff=tariff)
    page = f"{VERSIONS}{version.pk}/"

    sheet = write_tariff_book(says(), since=today, billing_event=BillingEvent.PICKED_UP)
    file = SimpleUploadedFile("价格.xlsx", sheet)
    answer = client.post(f"{page}do/import/", {"import-file": file})
    assert answer.status_code == 302, text(answer)
    version.refresh_from_db()
    assert fingerprint(read_tariff(version)) == fingerprint(says())
    tried = client.get(
        f"{page}try/",
        {
            "origin": "上海市",
            "destination": "上海市",
            "weight": "2.2",
            "size": "10x10x10",
            "insured": "2000",
        },
    )
    assert "¥29.80" in text(tried)  # 12 + 2 × 3, 10 % fuel, 10 of insurance
    client.post(f"{page}do/publish/", {"note": ""})
    version.refresh_from_db()
    assert (version.state, version.published_by) == (VersionState.ACTIVE, user)
    record = text(client.get(f"{page}change/"))
    assert "do/discard" not in record
    assert "江浙沪" not in record
    assert "跨省" in record


def test_what_is_wrong_in_a_sheet_is_told_with_its_sheet_and_row(client: Client) -> None:
    at_desk(client)
    version = draft()
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{VERSIONS}{version.pk}/sheet/").content))
    book["价格"]["D3"] = -5
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("价格.xlsx", buffer.getvalue())
    answer = client.post(f"{VERSIONS}{version.pk}/do/import/", {"import-file": file})
    assert answer.status_code == 422
    assert "价格" in text(answer)
    assert "3" in text(answer)
    assert fingerprint(read_tariff(version)) == fingerprint(says())


def test_terms_are_typed_in_kilograms_and_yuan(client: Client) -> None:
    at_desk(client)
    version = draft()
    page = f"{VERSIONS}{version.pk}/"
    form = client.get(f"{page}change/").context["panels"][1].form
    values = {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    values |= {"terms-min_weight_g": "0.5", "terms-min_fen": "8.50", "terms-heaviest": "30"}
    values = {name: value for name, value in values.items() if value is not False}
    answer = client.post(f"{page}do/terms/", values)
    assert answer.status_code == 302, text(answer)
    version.refresh_from_db()
    assert (version.min_weight_g, version.min_fen, version.heaviest) == (500, 850, 30_000)
    assert client.post(f"{page}do/terms/", {**values, "terms-min_fen": "8.505"}).status_code == 422


def test_a_high_rate_is_asked_about_before_it_is_published(client: Client) -> None:

    at_desk(client)
    version = draft(says(components=(fuel("60"),)), since=timezone.localdate())
    page = f"{VERSIONS}{version.pk}/do/publish/"
    assert 'name="preview"' in text(client.get(page))
    asked = client.post(page, {"note": ""})
    assert asked.status_code == 422
    assert "60 %" in text(asked)
    assert client.post(page, {"note": "", "high_rates_are_meant": "on"}).status_code == 302


def test_the_preview_shows_what_changes_for_last_month(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_desk(client)
    first, _last = effects.last_month(timezone.localdate())
    published(flat_price(1000), since=first)
    version = draft(flat_price(1250), since=timezone.localdate())
    shipment = Asked(None, "standard", first, Shipment(weight_g=1000), key="YP1")
    monkeypatch.setattr(effects, "_providers", [lambda *_asked: [shipment] * 2])
    answer = client.post(f"{VERSIONS}{version.pk}/do/publish/", {"preview": "1"})
    assert "¥20.00" in text(answer)
    assert "¥25.00" in text(answer)
    assert "YP1" in text(answer)
    version.refresh_from_db()
    assert version.is_draft


def test_a_discarded_draft_leads_back_to_its_tariff(client: Client) -> None:
    at_desk(client)
    version = draft()
    answer = client.post(f"{VERSIONS}{version.pk}/do/discard/")
    assert answer["Location"] == f"{TARIFFS}{version.tariff_id}/change/"
    assert not TariffVersion.objects.exists()


def test_what_would_it_cost_answers_or_says_what_is_missing(client: Client) -> None:
    at_desk(client, Role.AGENT)
    customer = CustomerFactory()
    published()
    published(flat_price(777), customer=customer)
    asked = {"service": "standard", "destination": "拉萨市", "weight": "1", "pieces": "1"}
    assert "¥26.40" in text(client.get(f"{TARIFFS}try/", asked))
    assert "¥7.77" in text(
        client.get(f"{TARIFFS}try/", {**asked, "customer": customer.code.lower()})
    )
    nothing = text(client.get(f"{TARIFFS}try/", {**asked, "weight": ""}))
    assert "¥0.00" not in nothing
    assert 'role="status"' in nothing
    for wrong in (
        {"weight": "四公斤"},
        {"size": "10"},
        {"destination": "火星"},
        {"extras": "x"},
        {"customer": "NONE"},
        {"insured": "1.234"},
    ):
        assert (
            client.get(f"{TARIFFS}try/", {**asked, **wrong}).context["form"].errors.keys()
            == wrong.keys()
        )


def test_a_quote_is_made_by_one_and_approved_by_another(client: Client) -> None:
    at_desk(client, Role.SALES)
    customer = CustomerFactory()
    until = timezone.localdate() + timedelta(days=3)
    values = {
        "customer": customer.code,
        "service": "standard",
        "what": "专车",
        "amount_fen": "800",
        "valid_until": until.isoformat(),
    }
    assert client.post(f"{QUOTES}add/", {**values, "amount_fen": ""}).status_code == 422
    assert client.post(f"{QUOTES}add/", values).status_code == 302
    quote = Quote.objects.get()
    assert client.post(f"{QUOTES}{quote.pk}/do/approve/").status_code == 403
    at_desk(client, Role.DIRECTOR)
    assert client.post(f"{QUOTES}{quote.pk}/do/approve/").status_code == 302
    quote.refresh_from_db()
    assert (quote.state, quote.amount_fen) == (QuoteState.APPROVED, 80_000)
    assert "¥800.00" in text(client.get(f"{QUOTES}{quote.pk}/change/"))


def test_a_tax_class_is_entered_in_per_cent(client: Client) -> None:
    at_desk(client)
    values = {"code": "delivery", "name": "收派服务", "since": "2026-01-01", "rate_ppm": "6"}
    assert client.post(f"{TAXES}add/", {**values, "item_code": "12"}).status_code == 422
    assert client.post(f"{TAXES}add/", values).status_code == 302
    assert TaxClass.objects.get().rate_ppm == 60_000
    assert "6 %" in text(client.get(TAXES))
