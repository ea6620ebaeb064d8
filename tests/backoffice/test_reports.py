"""The engine of declared reports: what they may be asked, what they show, who takes the file."""

import re
import sys
from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import path
from django.utils import timezone

import config.urls
from apps.accounts.enums import Role
from apps.accounts.models import Unit
from apps.backoffice.exports import Export, Query, attribute
from apps.backoffice.forms import with_pickers
from apps.backoffice.forms.filters import one_of
from apps.backoffice.forms.reports import DayReportForm, MonthReportForm, PeriodReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Facts, Report, ReportQuery, Table, amount, bar, number
from apps.events.models import Event
from apps.ledger.forms import MonthForm
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser

pytestmark = pytest.mark.django_db
RAIN = "/admin/accounts/unit/rain/"
ASKED: list[Query] = []


class RainForm(MonthReportForm):
    kind = one_of([("rain", "Rain"), ("snow", "Snow")], "weather")


def _rows(_by: Any, query: Query) -> list[Unit]:
    ASKED.append(query)
    return list(Unit.objects.filter(code="TENT"))


class Rain(Report):
    where, name = "rain/", "rain"
    title = "Rain"
    permission = "accounts.view_unit"
    about = "How wet it was."
    form = RainForm
    export = Export(
        name="tests.rain",
        label="Rain",
        file_name=lambda query: f"rain-{query['month']}",
        permission="accounts.manage_unit",
        columns=(attribute("Code", "code"),),
        rows=_rows,
    )

    def parts(self, query: ReportQuery) -> list[Any]:
        rows = [("<b>Mon</b>", 0, Decimal("1234.5")), ("Tue", None, None)]
        return [
            Facts([("Month", f"{query.values['month']:%Y-%m}"), ("Kind", query.values["kind"])]),
            Table(
                (
                    Column("day", "day", lambda row: row[0], is_link=True),
                    Column("bar", "", lambda row: bar(row[1] or 0, 10)),
                    number("wet", "wet", lambda row: row[1]),
                    amount("cost", "cost", lambda row: row[2]),
                ),
                rows,
                address=lambda row: "/mon/?a=1&b=2" if row[1] is not None else "",
                foot=("Together", "", 0, "x"),
                further=("Older", query.address_with(after="mon")),
            ),
            Table((), (), title="Hail", empty=f"No hail. {query.place}"),
        ]


class Dry(Report):
    title, permission, form = "Dry days", "accounts.view_unit", PeriodReportForm

    def parts(self, query: ReportQuery) -> list[Any]:
        return [Facts([("days", (query.values["last_day"] - query.values["first_day"]).days)])]


class OfUnit(Dry):
    form = DayReportForm

    def parts(self, query: ReportQuery) -> list[Any]:
        return [Facts([("code", query.subject.code)])]


class UnitAdmin(ReportAdmin):
    reports, list_report, record_report = (Rain(),), Dry(), OfUnit()


@pytest.fixture(autouse=True)
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reports in the place of the pages of units."""
    monkeypatch.setitem(admin.site._registry, Unit, UnitAdmin(Unit, admin.site))
    addresses = ModuleType("reports_of_the_tests")
    addresses.urlpatterns = [path("admin/", admin.site.urls), *config.urls.urlpatterns]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, addresses.__name__, addresses)
    settings.ROOT_URLCONF = addresses.__name__
    ASKED.clear()


def facts(client: Client, query: str = "", where: str = RAIN) -> dict[str, Any]:
    answer = client.get(f"{where}?{query}")
    assert answer.status_code == 200
    return dict(answer.context["parts"][0].facts)


def test_what_is_not_asked_for_has_its_usual_value_and_nonsense_too(client: Client) -> None:
    sign_in(client, superuser())
    now = f"{timezone.localdate():%Y-%m}"
    assert facts(client) == {"Month": now, "Kind": ""}
    assert facts(client, "month=2026-02&kind=snow") == {"Month": "2026-02", "Kind": "snow"}
    for nonsense in ("2026-13", "x", "9999-12", "0001-01", "2026-11-30", "", "\x00"):
        assert facts(client, f"month={nonsense}&kind=hail") == {"Month": now, "Kind": ""}


def test_a_report_leads_to_the_months_beside_it_and_chips_take_filters_away(client: Client) -> None:
    sign_in(client, superuser())
    page_text = client.get(f"{RAIN}?month=2026-12&kind=rain").text
    assert re.findall(r'rel="(prev|next)" href="\?([^"]*)"', page_text)[:2] == [
        ("prev", "month=2026-11&amp;kind=rain"),
        ("next", "month=2027-01&amp;kind=rain"),
    ]
    chips = re.search(r'<div class="list-chips">.*?</div>', page_text)
    assert chips is not None and 'href="?month=2026-12"' in chips.group()
    assert "Rain ×" in chips.group()
    assert "list-chips" not in client.get(RAIN).text


def test_the_table_escapes_links_and_tells_nought_from_nothing(client: Client) -> None:
    sign_in(client, superuser())
    page_text = client.get(f"{RAIN}?month=2026-12&after=mon").text
    assert '<a data-open href="/mon/?a=1&amp;b=2">&lt;b&gt;Mon&lt;/b&gt;</a>' in page_text
    assert re.search(r'data-label="Wet">0</td>.*?data-label="Wet">—</td>', page_text)
    assert "¥1,234.50" in page_text
    assert "<tfoot><tr>" in page_text
    assert 'rel="next" href="?month=2026-12&amp;after=mon">Older<' in page_text
    assert "No hail. mon" in page_text
    assert "How wet it was." in page_text


def test_a_form_that_refuses_says_so_and_shows_no_part(client: Client) -> None:
    sign_in(client, superuser())
    assert facts(client, where="/admin/accounts/unit/") == {"days": 29}
    for wrong in (
        "first_day=2026-02-02&last_day=2026-02-01",
        "first_day=2024-02-02&last_day=2026-02-01",
        "first_day=9999-12-01&last_day=9999-12-31",
        "first_day=2026-02-30",
    ):
        answer = client.get(f"/admin/accounts/unit/?{wrong}")
        assert answer.status_code == 422
        assert answer.context["parts"] == ()
        assert "form-error" in answer.text


def test_a_record_may_have_a_report_for_a_page(client: Client) -> None:
    sign_in(client, superuser())
    unit = UnitFactory(code="TENT")
    where = f"/admin/accounts/unit/{unit.pk}/change/"
    assert facts(client, where=where) == {"code": "TENT"}
    assert client.get("/admin/accounts/unit/0/change/").status_code == 404


def test_the_file_is_of_what_is_shown_and_on_record(client: Client) -> None:
    sign_in(client, superuser())
    UnitFactory(code="TENT")
    answer: Any = client.post(f"{RAIN}?month=2026-02&kind=hail", {"format": "csv"})
    assert b"TENT" in b"".join(answer.streaming_content)
    assert "rain-2026-02" in answer["Content-Disposition"]
    assert ASKED == [{"month": "2026-02"}]
    assert Event.objects.filter(kind="list.exported").count() == 1


def test_who_may_not_pass(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    for where in (RAIN, "/admin/accounts/unit/"):
        assert client.get(where).status_code == 403
    assert client.post(RAIN, {"format": "csv"}).status_code == 403
    assert ASKED == []


def test_a_month_on_the_page_of_an_act_keeps_its_own_choice() -> None:
    """The browser would show a day's otherwise, and the month would come back empty."""
    form = with_pickers(MonthForm(initial={"month": date(2026, 11, 1)}))
    assert 'type="month"' in str(form["month"]) and 'value="2026-11"' in str(form["month"])
