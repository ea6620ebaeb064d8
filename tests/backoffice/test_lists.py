"""The engine of declared lists: orders by key, pages without a count, filters, what is kept and taken
along."""

import re
import sys
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from django.utils import timezone

import config.urls
from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.backoffice import services
from apps.backoffice.acts import ActContext, BulkAct
from apps.backoffice.exports import Export, attribute
from apps.backoffice.forms.filters import FilterForm, day, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.models import SavedFilter
from apps.backoffice.queries.lists import filters_of
from apps.core.errors import BadInput
from apps.core.pagination import KeysetPaginator
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.complaints import who
from tests.pressing import PageForm, forms_of, press

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/unit/"
GRADES = [("Wet", [("rain", "Rain"), ("snow", "Snow")]), ("dry", "Dry")]


class UnitFilters(FilterForm):
    kind = one_of(GRADES, "weather")
    above = forms.ModelChoiceField(Unit.objects.all(), label="above", required=False)
    since = day("since")
    is_new = forms.BooleanField(label="new ones", required=False)


class UnitList(StaffList):
    title = "Tents"
    columns = (
        Column("code", "code", lambda unit: unit.code, is_link=True, sorts=("falling", "rising")),
        Column("name", "name", lambda unit: unit.name),
    )
    views = (View("tents", "Tents"), View("late", "Late", sort="rising"), View("all", "All"))
    sorts = (Sort("falling", "Z first", ("-code",)), Sort("rising", "A first", ("code",)))
    filters = UnitFilters
    search = "code of a tent"
    export = Export(
        name="tests.tents",
        label="Tents",
        file_name="tents",
        permission="accounts.view_unit",
        event="case.exported",
        columns=(attribute("Code", "code"),),
        rows=lambda by, query: (
            UnitList().rows(UnitList().asked(by, query, timezone.now())).order_by("-pk")
        ),
    )
    empty = "Put a tent up."
    per_page = 3

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Unit.objects.filter(code__contains=query.text or "TENT")
        if query.values.get("kind"):
            rows = rows.filter(name=query.values["kind"])
        return rows


FOLDED: list[ActContext] = []


class UnitAdmin(ListAdmin):
    listing = UnitList()
    bulk_acts = (BulkAct("fold", "Fold", "accounts.manage_unit", FOLDED.append),)

    def has_add_permission(self, request: Any) -> bool:
        return True


@pytest.fixture(autouse=True)
def tents(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """The list in the place of Django's own; seven tents, TENT0 … TENT6."""
    monkeypatch.setitem(admin.site._registry, Unit, UnitAdmin(Unit, admin.site))
    FOLDED.clear()
    addresses = ModuleType("lists_of_the_tests")
    addresses.urlpatterns = [path("admin/", admin.site.urls), *config.urls.urlpatterns]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, addresses.__name__, addresses)
    settings.ROOT_URLCONF = addresses.__name__
    return [UnitFactory(code=f"TENT{n}", name="rain" if n % 2 else "dry") for n in range(7)]


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


def codes(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [unit.code for unit in answer.context["rows"]]


def links(client: Client, query: str = "") -> dict[str, str]:
    """rel → where it leads, of the links to other pages."""
    found = re.findall(r'rel="(prev|next)" href="\?([^"]*)"', client.get(f"{LIST}?{query}").text)
    return {rel: where.replace("&amp;", "&") for rel, where in found}


def form_to(client: Client, end: str, query: str = "") -> PageForm:
    forms = forms_of(client.get(f"{LIST}?{query}").text, LIST)
    return next(form for form in forms if form.posts and form.action.endswith(end))


def test_pages_lead_forward_and_back_in_either_order(client: Client, boss: User) -> None:
    for sort, all_codes in (("rising", list(range(7))), ("falling", list(range(6, -1, -1)))):
        pages, where = [], f"sort={sort}"
        for _page in range(3):
            pages.append(codes(client, where))
            following = links(client, where)
            where = following.get("next", where)
        assert "next" not in following
        assert [one for page in pages for one in page] == [f"TENT{n}" for n in all_codes]
        back = [codes(client, where := links(client, where)["prev"]) for _page in range(2)]
        assert back == pages[1::-1] and "prev" not in links(client, where)


def test_no_page_counts_and_none_costs_more_for_more_rows(client: Client, boss: User) -> None:
    def statements(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            client.get(f"{LIST}?{query}")
        return [one["sql"] for one in seen]

    for query in ("q=TENT3", "q=TENT", links(client)["next"]):
        statements(query)
        assert not any("COUNT(" in sql for sql in statements(query))
    assert len(codes(client, "q=TENT3")) == 1 and len(codes(client, "q=TENT")) == 3
    assert len(statements("q=TENT3")) == len(statements("q=TENT"))


def test_a_row_that_went_or_came_moves_no_other_one(client: Client, boss: User) -> None:
    following = links(client)["next"]
    UnitFactory(code="TENT9")
    Unit.objects.filter(code="TENT4").delete()
    assert codes(client, following) == ["TENT3", "TENT2", "TENT1"]
    # Fewer before it than fill a page: the first page.
    assert codes(client, links(client, following)["prev"]) == ["TENT9", "TENT6", "TENT5"]


def test_rows_without_a_value_come_last_in_either_order() -> None:
    User.objects.update(last_login=timezone.now())
    now = timezone.now() - timedelta(days=9)
    people = [
        UserFactory(last_login=now + timedelta(hours=h) if h else None) for h in (0, 1, 1, 2, 0)
    ]
    rows = User.objects.filter(pk__in=[one.pk for one in people])
    none, one, same, two, none_too = people
    for order, whole in (
        (("last_login", "pk"), [one, same, two, none, none_too]),
        (("-last_login", "-pk"), [two, same, one, none_too, none]),
    ):
        for size in (1, 2, 4):
            pages = KeysetPaginator(rows, order, size, nulls_last=True)
            seen, page = [], pages.page()
            while page.after:
                seen, page = seen + page.rows, pages.page(after=page.after)
            assert seen + page.rows == whole, (order, size)
            backwards = page.rows
            while page.before:
                page = pages.page(before=page.before)
                backwards = page.rows + [row for row in backwards if row not in page.rows]
            assert backwards == whole, (order, size)


@pytest.mark.parametrize("key", ["x", "1~2", "²", "9" * 30, "", "~"])
def test_a_key_that_was_not_made_here_is_refused(key: str) -> None:
    pages = KeysetPaginator(Unit.objects.all(), ("pk",), 3)
    if key:
        for name in ("after", "before"):
            with pytest.raises(BadInput) as refused:
                pages.page(**{name: key})
            assert refused.value.field == name
    else:
        assert pages.page(after=key).rows


def test_what_makes_no_sense_is_left_out_and_views_have_their_order(
    client: Client, boss: User
) -> None:
    first = ["TENT6", "TENT5", "TENT4"]
    for query in ("", "sort=sideways", "view=none", "kind=hail", "since=yesterday", "above=0"):
        assert codes(client, query) == first, query
    assert codes(client, "view=late") == ["TENT0", "TENT1", "TENT2"]
    assert codes(client, "view=late&sort=falling") == first
    head = client.get(f"{LIST}?view=late").text
    assert 'aria-sort="ascending"><a href="?view=late&amp;sort=falling">' in head
    assert '<a href="?view=late" aria-current="page">' in head


def test_filters_are_chips_that_can_be_taken_away(client: Client, boss: User) -> None:
    above = Unit.objects.get(code="TENT1")
    query = f"q=TENT&kind=rain&above={above.pk}&since=2026-12-01&is_new=on&view=all"
    page = client.get(f"{LIST}?{query}").text
    chips = re.findall(r'<a href="\?([^"]*)" title="[^"]*">([^<]*) ×</a>', page)
    words = [label for _where, label in chips]
    assert words[1:] == ["weather: Rain", f"above: {above}", "since: 2026-12-01", "new ones"]
    assert words[0].endswith(": TENT")
    for name, (where, _label) in zip(("q", "kind", "above", "since", "is_new"), chips, strict=True):
        assert f"{name}=" not in where and where.count("&amp;") == 4 and "view=all" in where
    assert "list-chips" not in client.get(f"{LIST}?view=all").text


def test_the_filters_come_when_they_are_asked_for(client: Client, boss: User) -> None:
    assert 'name="since"' not in client.get(LIST).text
    assert 'name="since"' in client.get(f"{LIST}?filters=1").text
    assert 'name="since"' in client.get(f"{LIST}?kind=dry").text


def test_a_list_is_kept_under_a_name(client: Client, boss: User) -> None:
    query = "kind=rain&view=all&evil=x"
    press(client, form_to(client, "/filters/", query), name="Wet ones")
    saved = SavedFilter.objects.get()
    assert saved.query == {"kind": "rain", "view": "all"} and saved.of_list == "accounts.unit"
    assert '<a href="?kind=rain&amp;view=all">★ Wet ones</a>' in client.get(LIST).text
    press(client, form_to(client, f"/filters/{saved.pk}/remove/"))
    assert not SavedFilter.objects.exists()


def test_filters_are_ones_own_unless_shared() -> None:
    one, two = UserFactory(), UserFactory()
    mine = save(one, query={"text": "破损"})
    same = save(one, query={"text": "丢失"}, shared=True)
    assert mine.pk == same.pk and SavedFilter.objects.get().query == {"text": "丢失"}
    assert list(filters_of(two, "a.list")) == [mine]
    assert list(filters_of(one, "another.list")) == []
    save(one)
    assert list(filters_of(two, "a.list")) == [] and list(filters_of(one, "a.list")) == [mine]
    for user, of_list in ((two, "a.list"), (one, "another.list")):
        with pytest.raises(SavedFilter.DoesNotExist):
            services.remove_filter(of_list=of_list, filter_id=mine.pk, **who(user))
    services.remove_filter(of_list="a.list", filter_id=mine.pk, **who(one))
    for name in (" ", "长" * 61):
        with pytest.raises(BadInput):
            save(one, name=name)


def save(user: User, **more: Any) -> SavedFilter:
    given: dict[str, Any] = {"name": "我的", "query": {}, "shared": False, **more}
    return services.save_filter(of_list="a.list", **given, **who(user))


def test_many_are_chosen_and_done(client: Client, boss: User, tents: list[Unit]) -> None:
    page = client.get(LIST).text
    assert page.count('name="chosen" aria-label=') == 3
    do_many = reverse("admin:accounts_unit_bulk", args=["fold"])
    assert f'formaction="{do_many}"' in page
    client.post(do_many, {"chosen": [tents[1].pk, tents[2].pk], "go": "1"})
    assert [context.record for context in FOLDED] == tents[1:3]


def test_a_list_is_taken_along_by_whoever_may(client: Client, boss: User) -> None:
    export = form_to(client, "/export/", "kind=rain")
    answer = press(client, export, format="csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split()
    assert lines == ["Code", "TENT5", "TENT3", "TENT1"]
    (event,) = Event.objects.filter(kind="case.exported")
    assert event.data == {"list": "Tents", "format": "csv", "filters": "kind=rain"}
    client.get(export.action)
    assert Event.objects.filter(kind="case.exported").count() == 1


def test_who_may_not_look_finds_nothing(client: Client) -> None:
    person = sign_in(client, UserFactory(roles=[Role.SETTLEMENT_CLERK]))
    assert not person.has_perm("accounts.view_unit")
    save_filter = reverse("admin:accounts_unit_save_filter")
    for address in (LIST, save_filter, reverse("admin:accounts_unit_export")):
        for answer in (client.get(address), client.post(address, {"name": "x", "kind": "dry"})):
            assert answer.status_code == 403, address
    assert not SavedFilter.objects.exists()


def test_an_empty_list_says_what_to_do(client: Client, boss: User) -> None:
    assert "Put a tent up." not in client.get(f"{LIST}?q=YURT").text
    Unit.objects.filter(code__startswith="TENT").delete()
    page = client.get(LIST).text
    assert "Put a tent up." in page
    assert re.search(r'<a class="button is-primary" href="/admin/accounts/unit/add/">', page)


def test_a_row_is_escaped_and_opened_by_key(client: Client, boss: User, tents: list[Unit]) -> None:
    Unit.objects.filter(pk=tents[6].pk).update(name="<b>")
    page = client.get(LIST).text
    assert '<tr data-row><td class="tick"><input type="checkbox" name="chosen"' in page
    assert f'<a data-open href="/admin/accounts/unit/{tents[6].pk}/change/">TENT6</a>' in page
    assert '<td class="field-name" data-label="Name">&lt;b&gt;</td>' in page
