"""Statements leave as xlsx and csv, one at a time or a month in one archive (BIL-7)."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice.enums import JobState
from apps.backoffice.models import Job
from apps.backoffice.services import job_runs
from apps.backoffice.services.jobs import cancel_job, open_result
from apps.billing import jobs, services
from apps.billing.enums import StatementFile
from apps.billing.models import Statement
from apps.billing.queries.files import statement_file
from apps.billing.queries.links import token_of
from apps.billing.services import exporting
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import DECEMBER_FIRST, NOVEMBER, charged, frozen, payer, sent
from tests.factories.imports import work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
D = Decimal
CSVS = {"csv": "utf-8-sig", "csv-plain": "utf-8", "csv-gb18030": "gb18030"}


def finance(**more: Any) -> User:
    user: User = UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL, **more)
    return user


def content(statement: Statement, form: StatementFile) -> bytes:
    with statement_file(statement, form)[1] as file:
        return file.read()


def long_one() -> Statement:
    """Cents that floats add up wrongly, names that are no ASCII, a waybill that is all digits."""
    facts = {"from": "上海", "to": "=1+1", "pieces": 2, "weight_g": 4200}
    return frozen(
        payer(name="㐂喜食品（上海）有限公司"),
        *["0.10", "0.20", "1234567.89", "-0.30"] * 5,
        waybill="00123456789012345678",
        facts=facts,
    )


def test_a_workbook_has_numbers_a_frozen_heading_totals_and_a_summary() -> None:
    statement = long_one()
    book = load_workbook(io.BytesIO(content(statement, StatementFile.XLSX)))
    summary, lines = book.worksheets
    assert lines.freeze_panes == "A2" and summary.freeze_panes == "A2"
    rows = list(lines.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 21
    total = sum(D(str(row[9])) for row in rows[:-1])
    assert total == D(str(rows[-1][9])) == statement.charged
    first = next(lines.iter_rows(min_row=2))
    assert first[0].is_date and first[1].value == "00123456789012345678"
    assert first[4].value == "=1+1" and first[4].data_type == "s", "no formula"
    assert first[6].value == 4.2
    figures = {row[0]: row[1] for row in summary.iter_rows(values_only=True)}
    assert statement.number in figures.values() and statement.payer_name in figures.values()
    assert D(str(list(figures.values())[-1])) == statement.closing


def cells(data: bytes) -> list[list[Any]]:
    """The lines' sheet as a second reader has it."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(1).to_python()


def test_another_reader_finds_the_same_sums() -> None:
    statement = long_one()
    _head, *rows, last = cells(content(statement, StatementFile.XLSX))
    amounts = [row[9] for row in rows]
    assert sum(D(str(one)) for one in amounts) == D(str(last[9])) == statement.charged
    assert all(isinstance(row[0], date) and isinstance(row[6], float) for row in rows)


@pytest.mark.parametrize("form", CSVS)
def test_a_csv_is_in_its_encoding_and_no_cell_acts(form: str) -> None:
    statement = long_one()
    data = content(statement, StatementFile(form))
    assert data.startswith(b"\xef\xbb\xbf") == (form == "csv")
    rows = list(csv.reader(io.StringIO(data.decode(CSVS[form]))))
    assert sum(D(row[9]) for row in rows[1:]) == statement.charged
    assert rows[1][2] == "㐂喜食品（上海）有限公司" and rows[1][4] == "'=1+1"


@pytest.mark.parametrize("form", StatementFile.values)
def test_the_payer_downloads_it_with_the_link(client: Client, form: str) -> None:
    statement = sent(payer(), "60.00", "40.00")
    answer = client.get(f"/statement/{token_of(statement)}/file/{form}")
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert f"{statement.number}.{StatementFile(form).ending}" in answer["Content-Disposition"]
    assert f"/file/{form}" in client.get(f"/statement/{token_of(statement)}").content.decode()
    assert client.get(f"/statement/{token_of(statement)[:-1]}/file/{form}").status_code == 404
    assert client.get(f"/statement/{token_of(statement)}/file/exe").status_code == 404


def test_staff_download_it_from_its_page_and_that_is_on_record(client: Client) -> None:
    statement = frozen(payer(), "60.00", "40.00")
    sign_in(client, finance())
    address = reverse("admin:billing_statement_act", args=[statement.pk, "download"])
    answer = client.post(address, {"download-form": "csv-plain"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("\n") == 3
    event = Event.objects.get(kind="statement.exported")
    assert event.data["as"] == "csv-plain"
    sign_in(client, UserFactory(roles=[Role.SETTLEMENT_CLERK], scope=ObjectScope.ALL))
    assert client.post(address, {"download-form": "csv"}).status_code == 403


def test_a_long_one_is_made_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    statement, by = frozen(payer(), *["1.00"] * 4), finance()
    job = services.export_statement(
        statement_id=statement.pk, form=StatementFile.CSV_PLAIN, by=by, at=DECEMBER_FIRST
    )
    assert isinstance(job, Job)
    work()
    job.refresh_from_db()
    assert (job.state, job.file_name) == (JobState.DONE, f"{statement.number}.csv")
    with open_result(job=job, by=by, at=DECEMBER_FIRST) as file:
        assert file.read().decode().count("\n") == 5


def test_a_month_comes_as_one_archive_of_what_one_may_see(client: Client) -> None:
    statements = [frozen(payer(), "10.00", "5.00") for _n in range(3)]
    charged(payer(), "99.00")  # still open
    frozen(payer(), "1.00", month=date(2026, 10, 1), at=DECEMBER_FIRST.replace(month=11))
    by = finance()
    sign_in(client, by)
    address = reverse("admin:billing_statement_files")
    assert 'name="form"' in client.get(reverse("admin:billing_statement_board")).content.decode()
    answer = client.post(address, {"month": "2026-11-01", "form": "xlsx"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("admin:backoffice_job_change", args=[job.pk])
    work()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    with (
        open_result(job=job, by=by, at=DECEMBER_FIRST) as file,
        zipfile.ZipFile(io.BytesIO(file.read())) as archive,
    ):
        names = {f"2026-11/{one.number}.xlsx" for one in statements}
        assert set(archive.namelist()) == names
        sums = [cells(archive.read(name))[-1][9] for name in names]
    assert sums == [15.0] * 3


def test_what_is_called_off_leaves_no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    by = finance()
    for _n in range(3):
        frozen(payer(), "10.00")
    job = services.ask_statement_files(
        month=NOVEMBER, form=StatementFile.CSV, by=by, at=DECEMBER_FIRST
    )

    def called_off(*given: Any, **more: Any) -> Any:
        cancel_job(job_id=job.pk, by=by, at=DECEMBER_FIRST)
        return statement_file(*given, **more)

    monkeypatch.setattr(jobs, "statement_file", called_off)
    monkeypatch.setattr(job_runs, "BEAT_EVERY", 0.0)
    work()
    job.refresh_from_db()
    assert (job.state, job.path) == (JobState.CANCELLED, "")
    assert job.done < 3


def test_a_month_without_frozen_statements_is_refused(client: Client) -> None:
    by = finance()
    with pytest.raises(RuleBroken) as refusal:
        services.ask_statement_files(
            month=NOVEMBER, form=StatementFile.CSV, by=by, at=DECEMBER_FIRST
        )
    assert refusal.value.code == "none"
    sign_in(client, by)
    address = reverse("admin:billing_statement_files")
    assert client.post(address, {"month": "2026-11-01", "form": "xlsx"}).status_code == 302
    assert client.post(address, {"month": "x", "form": "xlsx"}).status_code == 302
    assert not Job.objects.exists()
    sign_in(client, UserFactory(roles=[Role.DISPATCHER], scope=ObjectScope.ALL))
    assert client.post(address, {"month": "2026-11-01", "form": "xlsx"}).status_code == 403
