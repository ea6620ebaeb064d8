"""The one flow of imports: claimed by its bytes, looked at, taken by a job, refused rows answered."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from apps.accounts.models import User
from apps.backoffice import services
from apps.backoffice.enums import ImportState as S
from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import all_imports
from apps.backoffice.job_kinds import job_kinds
from apps.backoffice.models import ImportFile, Job
from apps.backoffice.services.importing import job_of_import
from apps.backoffice.states import IMPORT_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.imports import hand_in, take_in, work

pytestmark = pytest.mark.django_db
KIND = "accounts.user"
HEAD = ["登录名", "姓名", "手机", "备用"]
NEW = reverse("admin:backoffice_importfile_new_accounts_user")


def permitted(*codenames: str) -> User:
    user: User = UserFactory()
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def by() -> User:
    return permitted("manage_user")


def sheet(*rows: list[str]) -> bytes:
    return write_xlsx(HEAD, rows)


GOOD = ["zhangsan", "张三", "13800000002", ""]
BAD = ["lisi", "李四", "12", "第二行"]


def page(file: ImportFile, name: str = "change") -> str:
    return reverse(f"admin:backoffice_importfile_{name}", args=[file.pk])


def test_a_bad_row_among_good_ones_comes_back_as_it_was_with_its_reason(by: User) -> None:
    file = take_in(KIND, sheet(GOOD, BAD, ["wangwu", "", "", ""]), by=by)
    assert (file.state, file.rows_taken, file.rows_refused) == (S.TAKEN, 1, 2)
    assert User.objects.filter(username="zhangsan", display_name="张三").exists()
    assert not User.objects.filter(username__in=["lisi", "wangwu"]).exists()
    lines = list(load_workbook(io.BytesIO(services.refused_rows(file))).worksheets[0].values)
    assert lines[0] == (*HEAD, "行", "未通过原因")
    assert lines[1][:5] == ("lisi", "李四", "12", "第二行", "3")
    assert str(lines[1][5]).startswith("手机") and str(lines[2][5]).startswith("姓名")
    # Put right and sent back as it is.
    mended = [*BAD[:2], "13800000003", "", "3", str(lines[1][5])]
    content = write_xlsx([str(cell) for cell in lines[0]], [mended])
    assert take_in(KIND, content, by=by).rows_taken == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (sheet(GOOD), "a.xlsx"),
        (f"{','.join(HEAD)}\n{','.join(GOOD)}\n".encode("gb18030"), "a.csv"),
        (f"{','.join(HEAD)}\n{','.join(GOOD)}\n".encode("utf-8-sig"), "a.csv"),
        (b"Sign-in name\tName\nzhangsan\tZhang San\n", "a.txt"),
    ],
)
def test_what_offices_send_is_read(by: User, content: bytes, name: str) -> None:
    assert take_in(KIND, content, by=by, filename=name).rows_taken == 1


def test_the_preview_shows_rows_and_refusals_and_takes_nothing(by: User, client: Client) -> None:
    sign_in(client, by)
    sent = SimpleUploadedFile("同事.xlsx", sheet(GOOD, BAD))
    answer = client.post(NEW, {"file": sent}, follow=True)
    file = ImportFile.objects.get()
    assert answer.redirect_chain[-1][0] == page(file)
    assert "张三" in answer.text and "第二行" in answer.text, "the first rows, as they are"
    assert "手机" in file.rows.get().message and file.rows.get().number == 3
    assert not User.objects.filter(username="zhangsan").exists()
    take = reverse("admin:backoffice_importfile_act", args=[file.pk, "take"])
    assert take in answer.text
    client.post(take)
    work()
    text = client.get(page(file)).text
    assert User.objects.filter(username="zhangsan").exists() and take not in text
    assert (
        reverse("admin:accounts_user_change", args=[User.objects.get(username="zhangsan").pk])
        in text
    )
    file.refresh_from_db()
    assert file.sample == "" and "zhangsan" in text
    for name in ("refused", "original"):
        got = client.get(page(file, name))
        assert b"".join(got.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]  # a file
    assert Event.objects.filter(kind="import.opened", subject_id=str(file.pk)).count() == 1


def test_the_same_file_twice_is_told_when_and_by_whom(by: User) -> None:
    content = sheet(GOOD)
    first = take_in(KIND, content, by=by, filename="一.xlsx")
    with pytest.raises(RuleBroken) as refused:
        hand_in(KIND, content, by=permitted("manage_user"), filename="二.xlsx")
    message = str(refused.value)
    assert refused.value.code == "file_known" and "一.xlsx" in message and str(by) in message
    assert first.rows_taken == 1


def test_of_two_previews_of_the_same_file_one_is_taken(by: User) -> None:
    other, content = permitted("manage_user"), sheet(GOOD)
    mine = hand_in(KIND, content, by=by)
    assert hand_in(KIND, content, by=by).pk == mine.pk, "looked at once more"
    theirs = hand_in(KIND, content, by=other)
    services.take_import(file_id=mine.pk, by=by, at=timezone.now())
    with pytest.raises(RuleBroken) as refused:
        services.take_import(file_id=theirs.pk, by=other, at=timezone.now())
    assert refused.value.code == "file_known"
    services.drop_import(file_id=theirs.pk, by=other, at=timezone.now())
    theirs.refresh_from_db()
    assert (theirs.state, theirs.path, theirs.rows.count()) == (S.DROPPED, "", 0)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "file_empty"),
        (b"%PDF", "a.pdf", "file_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "a.xls", "file_broken"),
        (write_xlsx(["甲"], [["1"]]), "a.xlsx", "columns_missing"),
        (write_xlsx(HEAD, []), "a.xlsx", "file_empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_not_kept(
    by: User, client: Client, content: bytes, name: str, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        hand_in(KIND, content, by=by, filename=name)
    assert refused.value.code == code
    sign_in(client, by)
    assert client.post(NEW, {"file": SimpleUploadedFile(name, content)}).status_code == 422
    assert not ImportFile.objects.exists()


def test_called_off_on_the_way_the_rest_is_not_taken_and_the_file_may_come_again(
    by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"colleague{n}", f"同事{n}", "", ""] for n in range(250)]
    content = sheet(*rows)
    file = hand_in(KIND, content, by=by)
    services.take_import(file_id=file.pk, by=by, at=timezone.now())
    file.refresh_from_db()
    assert file.job_id is not None
    real, batches = all_imports()[KIND].take, []

    def take(*args: Any) -> Any:
        batches.append(1)
        if len(batches) == 2:
            services.cancel_job(job_id=file.job_id, by=by, at=timezone.now())
        return real(*args)

    kind = all_imports()[KIND].job_kind
    kinds = {**job_kinds(), kind: job_of_import(replace(all_imports()[KIND], take=take))}
    monkeypatch.setattr("apps.backoffice.services.job_runs.job_kinds", lambda: kinds)
    work()
    file.refresh_from_db()
    assert (file.state, file.rows_taken) == (S.STOPPED, 200)
    again = take_in(KIND, content, by=by)
    assert (again.state, again.rows_taken, again.rows_known) == (S.TAKEN, 50, 200)


def test_who_may_hand_in_and_see(by: User, client: Client) -> None:
    file = take_in(KIND, sheet(GOOD), by=by)
    sign_in(client, permitted("import_customer"))
    assert client.get(NEW).status_code == 403
    assert (
        client.get(reverse("admin:backoffice_importfile_template_accounts_user")).status_code == 403
    )
    assert [client.get(page(file, name)).status_code for name in ("change", "original")] == [
        404,
        404,
    ]
    where = reverse("admin:backoffice_importfile_changelist")
    assert file.name not in client.get(where).text
    sign_in(client, permitted())
    assert client.get(page(file)).status_code == 404
    empty = client.get(where).text
    assert file.name not in empty and NEW not in empty
    with pytest.raises(RuleBroken) as refused:
        hand_in(KIND, sheet(BAD), by=permitted())
    assert refused.value.code == "not_permitted"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_queries_do_not_grow(
    by: User, client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(rows):
        hand_in(KIND, sheet([f"user{n}", "同事", "", ""]), by=by)
    sign_in(client, by)
    where = reverse("admin:backoffice_importfile_changelist")
    client.get(where)
    with django_assert_max_num_queries(12) as seen:
        assert client.get(where).status_code == 200
    assert not [q for q in seen.captured_queries if "COUNT(" in q["sql"]]


def test_previews_and_originals_go_when_their_days_are_over(by: User) -> None:
    taken = take_in(KIND, sheet(GOOD), by=by)
    waits = hand_in(KIND, sheet(BAD), by=by)
    assert services.purge_files(at=timezone.now() + timedelta(days=2)) == 1
    waits.refresh_from_db()
    assert waits.state == S.DROPPED
    assert services.purge_files(at=timezone.now() + timedelta(days=181)) == 1
    taken.refresh_from_db()
    assert taken.path == "" and taken.rows.get().outcome == RowOutcome.TAKEN
    with pytest.raises(FileNotFoundError):
        services.open_original(file=taken, by=by, at=timezone.now())


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
def test_every_move_is_in_the_table(by: User, frm: S, to: S) -> None:
    file = hand_in(KIND, sheet(GOOD), by=by)
    who = {} if frm in (S.PREVIEW, S.DROPPED) else {"taken_by": by, "taken_at": timezone.now()}
    rows = {"rows_taken": 1} if frm == S.TAKEN else {}
    ImportFile.objects.filter(pk=file.pk).update(state=frm, **who, **rows)
    services_of = {S.TAKING: services.take_import, S.DROPPED: services.drop_import}
    if to not in services_of:
        if to not in IMPORT_MOVES.ends_of(frm):
            with pytest.raises(RuleBroken):
                IMPORT_MOVES.check(frm, to)
        return
    if to in IMPORT_MOVES.ends_of(frm):
        services_of[to](file_id=file.pk, by=by, at=timezone.now())
        file.refresh_from_db()
        assert file.state == to
    else:
        with pytest.raises(RuleBroken) as refused:
            services_of[to](file_id=file.pk, by=by, at=timezone.now())
        assert refused.value.code == "illegal_move"


@pytest.mark.parametrize("kind", sorted(all_imports()))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_template_can_be_read_by_its_own_import(kind: str, language: str) -> None:
    from apps.core.sheets import read_rows

    declared = all_imports()[kind]
    with translation.override(language):
        content = services.template_file(declared)
        found = read_rows(io.BytesIO(content), filename="a.xlsx", columns=declared.columns)
    assert set(found.rows[0].values) == {column.key for column in declared.columns}
    assert {key for key, text in found.rows[0].values.items() if text} == set(declared.example)


def test_the_job_of_an_import_leads_to_it(by: User, client: Client) -> None:
    file = take_in(KIND, sheet(GOOD), by=by)
    job = Job.objects.get()
    sign_in(client, by)
    text = client.get(reverse("admin:backoffice_job_change", args=[job.pk])).text
    assert page(file) in text and job.summary == {"rows": 1, "taken": 1, "known": 0, "refused": 0}
