"""The list of cases: views, filters, pages by key, many at once, and out of the house (CMP-1)."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.models import Job, SavedFilter
from apps.complaints import services
from apps.complaints.admin.case_list import CaseList
from apps.complaints.enums import CaseClass, CaseState
from apps.complaints.models import Case
from apps.events.models import Event
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case, case_in, message_in, solved, who

pytestmark = pytest.mark.django_db
LIST = "admin:complaints_case_changelist"
BULK = "admin:complaints_case_bulk"
EXPORT = "admin:complaints_case_export"


def shown(client: Client, **query: str) -> list[Case]:
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return [row.case for row in answer.context["rows"]]


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode("utf-8-sig")
    content: str = answer.content.decode()
    return content


@pytest.fixture
def director(client: Client, team: Team) -> User:
    user: User = sign_in(client, team.director)
    return user


@pytest.mark.requirement("CMP-1")
def test_each_view_shows_what_its_name_says(client: Client, team: Team, director: User) -> None:
    states = {state: case_in(state, unit=team.unit) for state in CaseState}
    taken = services.take_case(case_id=states[CaseState.NEW].pk, by=director, at=timezone.now())
    live = {states[s] for s in (CaseState.NEW, CaseState.OPEN, CaseState.WAITING, CaseState.SOLVED)}
    # Nobody had the case merged into; it went to whoever had the merged one, and is seen here.
    live.add(states[CaseState.MERGED].merged_into)
    assert set(shown(client)) == live == set(shown(client, view="open"))
    mine = shown(client, view="mine")
    assert taken in mine and {one.owner for one in mine} == {director}
    assert shown(client, view="waiting") == [states[CaseState.WAITING]]
    assert shown(client, view="solved") == [states[CaseState.SOLVED]]
    assert shown(client, view="closed") == [states[CaseState.CLOSED]]
    assert len(shown(client, view="all")) == len(states) + 1
    assert shown(client, view="unassigned") == []


def test_nobodys_cases_are_found(client: Client, team: Team, director: User) -> None:
    empty = Team()
    for person in (empty.agent, empty.director, empty.manager):
        person.is_active = False
        person.save()
    orphan = case(unit=empty.unit, by=empty.qc)
    assert orphan.owner is None
    sign_in(client, team.person(Role.DIRECTOR, scope="all"))
    case(team=team)
    assert shown(client, view="unassigned") == [orphan]


@pytest.mark.requirement("CMP-2")
def test_overdue_is_by_metric_and_what_runs_out_next_comes_first(
    client: Client, team: Team, director: User
) -> None:
    now = timezone.now()
    fresh = case(team=team, at=now, contact_phone="13900000001")
    old = case(team=team, at=now - timedelta(hours=13), contact_phone="13900000002")
    middle = case(team=team, at=now - timedelta(minutes=7), contact_phone="13900000003")
    services.take_case(case_id=middle.pk, **who(team.agent))
    services.record_report(case_id=middle.pk, channel="phone", note="", **who())  # type: ignore[arg-type]  # its value
    assert set(shown(client, view="overdue")) == {old}
    assert shown(client, overdue="plan_reply") == [old]
    assert shown(client, overdue="report") == [old]
    assert shown(client, overdue="legal") == []
    assert shown(client, sort="due")[0] == old
    assert set(shown(client, sort="due")) == {old, middle, fresh}


@pytest.mark.requirement("CMP-1")
def test_filters_narrow_and_a_nonsense_filter_is_left_out(
    client: Client, team: Team, director: User
) -> None:
    loss = case(team=team, case_class=CaseClass.LOSS, contact_phone="13900001111")
    plain = case(team=team)
    services.assign_case(case_id=plain.pk, owner=director, **who())
    message_in(loss)
    assert shown(client, **{"class": "loss"}) == [loss]
    assert shown(client, q=loss.number) == shown(client, q="13900001111") == [loss]
    assert set(shown(client, q="没有人联系")) == {loss, plain}
    assert shown(client, owner="me") == [plain] == shown(client, owner=str(director.pk))
    assert shown(client, awaiting="on") == [loss]
    assert shown(client, since=str(timezone.localdate() + timedelta(days=1))) == []
    assert set(shown(client, until=str(timezone.localdate()))) == {loss, plain}
    assert shown(client, customer="CF99999") == []
    for nonsense in (
        {"class": "war"}, {"owner": "999999"}, {"unit": "x"}, {"since": "yesterday"},
        {"view": "everything"}, {"sort": "sideways"}, {"overdue": "tea"},
    ):  # fmt: skip
        assert set(shown(client, **nonsense)) == {loss, plain}, nonsense


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize("sort", ["newest", "oldest", "due"])
def test_pages_by_key_show_each_case_once(
    client: Client, team: Team, director: User, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CaseList, "per_page", 3)
    made = [case(team=team, at=timezone.now() - timedelta(minutes=n)) for n in range(8)]
    seen: list[Case] = []
    query: dict[str, str] = {"sort": sort}
    for _page in range(3):
        answer = client.get(reverse(LIST), query)
        seen += [row.case for row in answer.context["rows"]]
        query["after"] = answer.context["found"].after
    assert query["after"] == "" and len(seen) == 8 and set(seen) == set(made)
    if sort != "due":
        assert seen == sorted(made, key=lambda c: c.pk, reverse=sort == "newest")


@pytest.mark.parametrize(
    "after", ["x", "-1", "9" * 30, "2026-01-01~1", "~", "2026-13-01T00:00+00:00~1"]
)
@pytest.mark.parametrize("sort", ["newest", "due"])
def test_a_key_not_made_here_is_answered_with_words(
    client: Client, director: User, after: str, sort: str
) -> None:
    answer = client.get(reverse(LIST), {"after": after, "sort": sort})
    assert answer.status_code == 200 and not answer.context["rows"]


@pytest.mark.parametrize("query", [{}, {"sort": "due"}, {"view": "overdue"}, {"q": "没有人联系"}])
def test_the_list_costs_the_same_for_one_case_and_for_three(
    client: Client, team: Team, director: User, query: dict[str, str]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(LIST), query)
        return len(seen)

    past = timezone.now() - timedelta(hours=13)
    case(team=team, at=past)
    queries()
    one = queries()
    case(team=team, at=past)
    case(team=team, at=past)
    assert queries() == one <= 11


@pytest.mark.requirement("CMP-1")
def test_filters_are_kept_under_a_name_and_shared(
    client: Client, team: Team, director: User
) -> None:
    save = reverse("admin:complaints_case_save_filter")
    client.post(save, {"name": "重大丢失", "class": "loss", "severity": "major", "evil": "x"})
    kept = SavedFilter.objects.get()
    assert kept.query == {"class": "loss", "severity": "major"} and not kept.is_shared
    assert "重大丢失" in text(client.get(reverse(LIST)))
    client.post(save, {"name": "公用", "class": "loss", "shared": "on"})
    assert "名称" in text(client.post(save, {"name": "", "class": "loss"}, follow=True))
    sign_in(client, team.agent)
    page = text(client.get(reverse(LIST)))
    assert "公用" in page and "重大丢失" not in page
    shared = SavedFilter.objects.get(name="公用")
    drop = reverse("admin:complaints_case_drop_filter", args=[shared.pk])
    assert client.post(drop).status_code == 404, "another's"
    sign_in(client, director)
    client.get(drop)
    assert SavedFilter.objects.count() == 2
    client.post(drop)
    assert SavedFilter.objects.get() == kept


@pytest.mark.requirement("CMP-1")
def test_many_at_once_ask_first_and_answer_row_by_row(
    client: Client, team: Team, director: User
) -> None:
    open_one, solved_one = case(team=team), case(team=team)
    solved(solved_one)
    theirs = case(team=Team())
    chosen = {"chosen": [open_one.number, solved_one.number, theirs.number]}
    close = reverse(BULK, args=["close"])
    asks = client.post(close, chosen)
    page = text(asks)
    assert open_one.number in page and theirs.number not in page and asks.context["missing"] == 1
    refused = client.post(close, {**chosen, "go": "1", "note": ""})
    assert refused.context["form"].errors["note"] and "results" not in refused.context
    answer = client.post(close, {**chosen, "go": "1", "note": "客户不再回复"})
    results = {one.record: one.refusal for one in answer.context["results"]}
    assert results[solved_one] == "" and results[open_one]
    solved_one.refresh_from_db()
    theirs.refresh_from_db()
    assert solved_one.state == CaseState.CLOSED and theirs.state != CaseState.CLOSED


def test_many_are_given_taken_and_changed(client: Client, team: Team, director: User) -> None:
    cases = [case(team=team) for _n in range(3)]
    numbers = [one.number for one in cases]
    colleague = team.person(Role.AGENT)
    chosen = {"chosen": numbers, "go": "1"}
    give = reverse(BULK, args=["assign"])
    assert client.post(give, {**chosen, "owner": Team().agent.pk}).context["form"].errors
    client.post(give, {**chosen, "owner": colleague.pk})
    assert {c.owner for c in Case.objects.all()} == {colleague}
    client.post(reverse(BULK, args=["take"]), chosen)
    assert {c.owner for c in Case.objects.all()} == {director}
    stale = {f"version-{cases[0].number}": "1"}
    change = {**chosen, "severity": "major", "reason": "集中投诉"}
    answer = client.post(reverse(BULK, args=["severity"]), {**change, **stale})
    assert sorted(bool(one.refusal) for one in answer.context["results"]) == [False, False, True]
    assert Case.objects.filter(severity="major").count() == 2


@pytest.mark.parametrize(
    ("act", "typed"), [("take", {}), ("take", {"chosen": ["x"]}), ("war", {"chosen": "x"})]
)
def test_a_bulk_act_without_sense_changes_nothing(
    client: Client, team: Team, director: User, act: str, typed: dict[str, Any]
) -> None:
    before, take = Event.objects.count(), reverse(BULK, args=["take"])
    assert client.post(reverse(BULK, args=[act]), typed).status_code in (200, 302, 404)
    assert client.get(take).status_code == 302
    answer = client.post(take, {"query": "https://evil.example/&view=all"})
    assert answer["Location"].startswith(reverse(LIST))
    assert Event.objects.count() == before


@pytest.mark.requirement("STF-3")
def test_bulk_needs_the_permission_of_its_act(client: Client, team: Team, agent: User) -> None:
    mine = case(team=team)
    for act in ("assign",):
        answer = client.post(reverse(BULK, args=[act]), {"chosen": [mine.number], "go": "1"})
        assert answer.status_code == 403
    assert client.post(reverse(EXPORT), {"format": "csv"}).status_code == 403


@pytest.mark.requirement("CMP-1")
def test_exports_hold_what_the_list_shows_masked_and_leave_a_trace(
    client: Client, team: Team, director: User
) -> None:
    sent = case(team=team, title="=HYPERLINK(1)", contact_name="王小明")
    case(team=Team(), title="别的单位")
    csv = text(client.post(reverse(EXPORT), {"format": "csv", "view": "all"}))
    assert sent.number in csv and "'=HYPERLINK(1)" in csv
    for secret in ("王小明", "12345678", "别的单位"):
        assert secret not in csv
    answer = client.post(reverse(EXPORT), {"format": "xlsx", "q": "13812345678"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]  # it has a sheet
    assert rows[1][0] == sent.number and rows[1][6] == "=HYPERLINK(1)"
    traces = Event.objects.filter(kind="case.exported").order_by("pk")
    assert [e.data["format"] for e in traces] == ["csv", "xlsx"]
    assert traces[0].by == director and "5678" not in traces[1].data["filters"]
    assert client.get(reverse(EXPORT)).status_code == 302 and traces.count() == 2


@pytest.mark.requirement("CMP-1")
def test_a_long_list_is_made_by_a_job_for_the_one_who_asked(
    client: Client, team: Team, director: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.backoffice.services.exporting.AT_ONCE", 1)
    numbers = [case(team=team).number for _n in range(3)]
    case(team=Team(), title="别的单位")
    asked = [client.post(reverse(EXPORT), {"format": "csv", "view": "all"}) for _n in range(2)]
    job = Job.objects.get()
    page = reverse("admin:backoffice_job_change", args=[job.pk])
    assert {(answer.status_code, answer["Location"]) for answer in asked} == {(302, page)}
    assert backoffice.run_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.summary) == ("done", 3, 3, {"rows": 3})
    result = reverse("admin:backoffice_job_result", args=[job.pk])
    assert result in client.get(page).text
    csv = text(client.get(result))
    assert [line.split(",")[0] for line in csv.splitlines()[1:]] == numbers[::-1]
    traces = Event.objects.filter(kind="case.exported")
    assert {trace.by for trace in traces} == {director}
    sign_in(client, team.person(Role.DIRECTOR))
    assert client.get(result).status_code == 404


@pytest.mark.requirement("STF-3")
def test_lists_filters_and_exports_show_ones_own_units_only(client: Client, team: Team) -> None:
    theirs = case(team=Team(), title="别处的事")
    sign_in(client, team.director)
    for query in ({}, {"view": "all"}, {"view": "all", "q": theirs.number}, {"view": "overdue"},
                  {"view": "all", "sort": "due"}, {"view": "all", "q": "13812345678"},
                  {"view": "all", "owner": str(theirs.owner_id)}, {"view": "all", "q": "别处的事"}):  # fmt: skip
        assert shown(client, **query) == []
    assert theirs.number not in text(client.post(reverse(EXPORT), {"format": "csv", "view": "all"}))


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize("role", [Role.FINANCE, Role.SALES, Role.DISPATCHER, Role.IT_ADMIN])
def test_a_role_without_cases_has_no_list(client: Client, team: Team, role: Role) -> None:
    case(team=team)
    sign_in(client, team.person(role, scope="all"))
    others = (LIST, EXPORT, "admin:complaints_case_save_filter")
    for address in (reverse(BULK, args=["take"]), *(reverse(name) for name in others)):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"format": "csv", "name": "x"}).status_code == 404, address


def test_the_filters_come_when_they_are_opened_or_used(
    client: Client, team: Team, director: User
) -> None:
    case(team=team)
    for query, is_open in (({}, False), ({"filters": "1"}, True), ({"channel": "phone"}, True)):
        shown = client.get(reverse(LIST), query).content.decode()
        assert ('name="owner"' in shown) is is_open, query
        assert ("filters=1" in shown) is not is_open, query
