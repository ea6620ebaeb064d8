"""The list of exception reports: its filters, and the list as a spreadsheet (CMP-4)."""

import io
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import Role
from apps.backoffice.models import Job
from apps.events.models import Event
from apps.quality.enums import ExceptionKind
from apps.quality.models import ExceptionReport
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, exception
from tests.factories.imports import work
from tests.pressing import forms_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]
LIST = reverse("admin:quality_exceptionreport_changelist")
EXPORT = reverse("admin:quality_exceptionreport_export")


@pytest.fixture
def qc(client: Client, team: Team) -> Any:
    return sign_in(client, team.qc)


def of(team: Team, **fields: Any) -> ExceptionReport:
    return exception(by=team.agent, unit=team.unit, **fields)


def reported(team: Team, day: Any, **fields: Any) -> ExceptionReport:
    noon = timezone.make_aware(datetime.combine(day, time(12)))
    times = {"happened_at": noon - timedelta(hours=2), "known_at": noon - timedelta(minutes=3)}
    return of(team, at=noon, **times, **fields)


def listed(client: Client, **query: str) -> set[int]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.pk for row in answer.context["rows"]}


def test_the_list_shows_mine_and_those_that_nobody_follows(
    client: Client, team: Team, qc: Any
) -> None:
    mine, theirs, none = of(team, owner=qc), of(team, owner=team.agent), of(team)
    assert listed(client) == {mine.pk, theirs.pk, none.pk}
    assert listed(client, follower="me") == {mine.pk}
    assert listed(client, follower="nobody") == {none.pk}


def test_the_list_shows_what_was_reported_when(client: Client, team: Team, qc: Any) -> None:
    today = timezone.localdate()
    first = today.replace(day=1)
    days = {today, today - timedelta(days=6), today - timedelta(days=7), first}
    days |= {first - timedelta(days=1), (first - timedelta(days=1)).replace(day=1)}
    days |= {(first - timedelta(days=1)).replace(day=1) - timedelta(days=1)}
    now = timezone.now()
    rows = {day: reported(team, day).pk for day in days if day < today}
    rows[today] = of(team, at=now).pk
    last = (first - timedelta(days=1)).replace(day=1)
    for span, fits in (
        ("today", lambda day: day == today),
        ("week", lambda day: day > today - timedelta(days=7)),
        ("month", lambda day: day >= first),
        ("last_month", lambda day: last <= day < first),
    ):
        assert listed(client, reported=span) == {rows[day] for day in rows if fits(day)}, span
    assert listed(client, reported="whenever") == set(rows.values())


def test_an_export_holds_what_the_list_shows_and_leaves_a_trace(
    client: Client, team: Team, qc: Any
) -> None:
    lost = of(team, kind=ExceptionKind.LOST, title="=HYPERLINK(1)", owner=qc)
    other = of(team, what="李小红的货，电话 13812345678")
    foreign = exception(kind=ExceptionKind.LOST)
    csv = b"".join(client.post(EXPORT, {"format": "csv"}).streaming_content).decode()
    assert lost.number in csv and other.number in csv and foreign.number not in csv
    assert "'=HYPERLINK(1)" in csv and "12345678" not in csv and "丢失" in csv
    answer = client.post(EXPORT, {"kind": "lost", "follower": "me", "format": "xlsx"})
    assert "no-store" in answer["Cache-Control"]
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = book.active.iter_rows(values_only=True)  # type: ignore[union-attr]  # it has a sheet
    assert head[:2] == ("编号", "类型") and [row[0] for row in rows] == [lost.number]
    traces = Event.objects.filter(kind="exception.exported").order_by("pk")
    assert [(event.by, event.data["format"]) for event in traces] == [(qc, "csv"), (qc, "xlsx")]
    assert "kind=lost" in traces[1].data["filters"]
    # Looking at the address exports nothing.
    assert client.get(EXPORT).status_code == 302 and traces.count() == 2


def test_the_button_keeps_the_filters_and_is_for_who_may(
    client: Client, team: Team, qc: Any
) -> None:
    of(team)
    page = client.get(LIST, {"follower": "me"}).text
    (form,) = [one for one in forms_of(page, LIST) if one.action == EXPORT]
    assert form.data["follower"] == ["me"]
    sign_in(client, team.agent)
    assert EXPORT not in client.get(LIST).text
    assert client.post(EXPORT, {"format": "csv"}).status_code == 403
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    assert client.post(EXPORT, {"format": "csv"}).status_code == 403


def test_a_long_export_is_made_by_a_job_with_the_lists_filters(
    client: Client, team: Team, qc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.backoffice.services.exporting.AT_ONCE", 1)
    monkeypatch.setattr("apps.backoffice.exports.PIECE", 2)
    numbers = [of(team).number for _n in range(5)]
    of(team, owner=qc)
    answer = client.post(EXPORT, {"format": "csv", "follower": "nobody"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("admin:backoffice_job_change", args=[job.pk])
    work()
    got = client.get(reverse("admin:backoffice_job_result", args=[job.pk]))
    csv = b"".join(got.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    assert [line.split(",")[0] for line in csv.splitlines()[1:]] == numbers[::-1]


def test_a_short_export_is_read_in_pieces(
    client: Client, team: Team, qc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.backoffice.exports.PIECE", 2)
    numbers = [of(team).number for _n in range(5)]
    csv = b"".join(client.post(EXPORT, {"format": "csv"}).streaming_content).decode()
    assert [line.split(",")[0] for line in csv.splitlines()[1:]] == numbers[::-1]
