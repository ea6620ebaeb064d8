"""Events from a spreadsheet, refused items, and what staff do about them."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from apps.accounts.models import User
from apps.backoffice import services as backoffice
from apps.backoffice.models import ImportFile
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from apps.tracking.enums import Door, RefusedState
from apps.tracking.jobs import SCANS
from apps.tracking.models import RefusedEvent, Waybill
from apps.tracking.numbers import group_number
from apps.tracking.queries.refusals import sheet_rows, shown_payload, waiting_for
from apps.tracking.services import (
    attach_partner_number,
    correct_event,
    drop_refused,
    ingest,
    retry_refused,
    reveal_waybill,
)
from apps.tracking.services.imports import COLUMNS
from apps.tracking.services.refusals import MAX_PAYLOAD, pack
from tests.factories.accounts import superuser
from tests.factories.imports import take_in
from tests.factories.tracking import carrier, event, events_of, report, waybill

pytestmark = pytest.mark.django_db
requirement = pytest.mark.requirement
HEAD = [column.headings[0] for column in COLUMNS]


@pytest.fixture
def by() -> User:
    return superuser()


def sheet(*rows: list[str]) -> bytes:
    return write_xlsx(HEAD, rows)


def take(content: bytes, by: User, filename: str = "轨迹.xlsx") -> ImportFile:
    return take_in(SCANS.name, content, by=by, filename=filename)


@requirement("TRK-2")
class TestImport:
    def test_each_row_is_answered_and_the_original_kept(self, by: User) -> None:
        parcel = waybill()
        content = sheet(
            [parcel.number, "揽收", "2026-03-01 09:00", "上海营业部", "上海市", "", "", ""],
            [parcel.number, "派送中", "2026/3/2 9:05", "", "", "派件员张三", "", ""],
            [parcel.number, "飞走了", "2026-03-02 10:00", "", "", "", "", ""],
            ["YP000000000000", "签收", "2026-03-02 10:00", "", "", "", "", ""],
            [parcel.number, "delivered.proxy", "2026-03-02T11:00:00+08:00", "", "", "", "", ""],
            [parcel.number, "签收", "", "", "", "", "", ""],
        )
        file = take(content, by)
        assert (file.rows_taken, file.rows_known, file.rows_refused) == (3, 0, 3)
        assert list(file.rows.filter(outcome="refused").values_list("number", "code")) == [
            (4, "unknown_code"),
            (5, "unknown_waybill"),
            (7, "bad_time"),
        ]
        assert default_storage.open(file.path).read() == content
        stored = RefusedEvent.objects.order_by("index").values_list("index", "code")
        assert list(stored) == [(4, "unknown_code"), (5, "unknown_waybill")], "for another try"
        parcel.refresh_from_db()
        assert (parcel.status, parcel.status_reason) == ("delivered", "proxy")
        when = timezone.localtime(events_of(parcel)[1].occurred_at)
        assert when.strftime("%m-%d %H:%M") == "03-02 09:05"

    def test_the_same_file_twice_changes_nothing(self, by: User) -> None:
        parcel = waybill()
        content = sheet([parcel.number, "到达", "2026-03-01 09:00", "", "", "", "", ""])
        take(content, by)
        with pytest.raises(RuleBroken) as known:
            take(content, by)
        assert known.value.code == "file_known"
        same = f"运单号,状态,时间\n{parcel.number},到达,2026-03-01 09:00\n"
        again = take(same.encode(), by, "a.csv")
        assert (again.rows_taken, again.rows_known) == (0, 1)
        assert len(events_of(parcel)) == 1

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_csv_in_the_encodings_of_offices(self, by: User, encoding: str) -> None:
        parcel = waybill()
        text = f"运单号,状态,时间\n{parcel.number},已签收,2026-03-01 09:00\n"
        assert take(text.encode(encoding), by, "a.csv").rows_taken == 1

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_a_status_label_is_understood(self, by: User, language: str) -> None:
        from apps.tracking.enums import Status

        parcel = waybill()
        with translation.override(language):
            label = str(Status.OUT_FOR_DELIVERY.label)
            take(sheet([parcel.number, label, "2026-03-01 09:00", "", "", "", "", ""]), by)
        assert events_of(parcel)[0].code == "out_for_delivery"

    @pytest.mark.parametrize(
        ("content", "filename", "code"),
        [
            (b"", "a.xlsx", "file_empty"),
            (b"PK\x03\x04broken", "a.xlsx", "file_broken"),
            (b"%PDF-1.4", "a.pdf", "file_kind"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "file_broken"),
            ("姓名,年龄\n甲,1\n".encode(), "a.csv", "columns_missing"),
            (b"\x00\xff\xfe\x81", "a.csv", "file_encoding"),
            (b"x" * (10 * 1024 * 1024 + 1), "a.csv", "file_too_large"),
            (("运单号,状态,时间\n" + "a,b,c\n" * 5_001).encode(), "a.csv", "too_many_rows"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_whole(
        self, by: User, content: bytes, filename: str, code: str
    ) -> None:
        with pytest.raises(BadInput) as refused:
            take(content, by, filename)
        assert refused.value.code == code
        assert not ImportFile.objects.exists()

    def test_a_formula_refuses_its_row_only(self, by: User) -> None:
        parcel = waybill()
        book = Workbook()
        page = book.active
        assert page is not None
        page.append(HEAD)
        page.append([parcel.number, "到达", "2026-03-01 09:00", '=HYPERLINK("x")', "", "", "", ""])
        page.append([parcel.number, "到达", "2026-03-01 09:00", "", "", "", "", ""])
        buffer = io.BytesIO()
        book.save(buffer)
        batch = take(buffer.getvalue(), by)
        assert (batch.rows_taken, batch.rows_refused) == (1, 1)
        assert batch.rows.get(outcome="refused").code == "formula"

    def test_the_refused_rows_go_back_out_as_they_came(self, by: User) -> None:
        file = take(sheet(["YP000000000000", "签收", "2026-03-02 10:00", "", "", "x", "", ""]), by)
        back = load_workbook(io.BytesIO(backoffice.refused_rows(file))).worksheets[0]
        assert back.cell(2, 1).value == "YP000000000000" and back.cell(2, 6).value == "x"
        rows = list(sheet_rows(RefusedEvent.objects.all()))
        assert rows[0][0] == "YP000000000000"
        content = write_xlsx(HEAD, rows)
        page = load_workbook(io.BytesIO(content)).active
        assert page is not None
        assert page.cell(2, 1).value == "YP000000000000"


@requirement("TRK-2")
class TestRefused:
    def refuse(self, by: User, number: str) -> RefusedEvent:
        one = event(number, "delivered", text="签收人：张三丰 13812345678")
        ingest([one], source="api:x", by=by, at=timezone.now(), door=Door.API)
        return RefusedEvent.objects.get()

    def test_it_is_kept_masked_and_tried_again_once_the_waybill_exists(self, by: User) -> None:
        parcel = waybill()
        missing = parcel.number
        parcel.number = "YP111111111111"
        parcel.save()
        refused = self.refuse(by, missing)
        assert waiting_for(missing) == [refused]
        shown = str(shown_payload(refused))
        assert "13812345678" not in shown
        assert "张三丰" not in shown
        with pytest.raises(BadInput):
            retry_refused(refused_id=refused.pk, by=by, at=timezone.now())
        parcel.number = missing
        parcel.save()
        retry_refused(refused_id=refused.pk, by=by, at=timezone.now())
        refused.refresh_from_db()
        assert (refused.state, refused.closed_by) == (RefusedState.ACCEPTED, by)
        parcel.refresh_from_db()
        assert parcel.status == "delivered"
        assert waiting_for(missing) == []

    def test_what_was_dealt_with_moves_no_more(self, by: User) -> None:
        refused = self.refuse(by, "YP000000000000")
        at = timezone.now()
        with pytest.raises(RuleBroken):
            drop_refused(refused_id=refused.pk, reason=" ", by=by, at=at)
        drop_refused(refused_id=refused.pk, reason="测试数据", by=by, at=at)
        for act in (
            lambda: drop_refused(refused_id=refused.pk, reason="x", by=by, at=at),
            lambda: retry_refused(refused_id=refused.pk, by=by, at=at),
        ):
            with pytest.raises(RuleBroken) as again:
                act()
            assert again.value.code == "illegal_move"

    @pytest.mark.parametrize(
        "payload",
        [
            None,
            7,
            "\ud800\x00",
            ["x"] * 9_000,
            {"a": "x" * 9_000},
            {"k" * 5_000: {"b": "c" * 9_000}},
        ],
    )
    def test_whatever_came_fits_and_survives(self, payload: object) -> None:
        packed = pack(payload)
        assert len(packed) <= MAX_PAYLOAD
        assert packed.isascii()


class TestByHand:
    def test_a_correction_replaces_and_is_on_record(self, by: User) -> None:
        parcel = report(waybill(), "picked_up", "delivered")
        wrong = events_of(parcel)[-1]
        correct_event(
            waybill=parcel,
            event_id=wrong.pk,
            replacement=event(parcel, "attempt_failed", 1),
            reason="派件员误操作",
            by=by,
            at=timezone.now(),
        )
        parcel.refresh_from_db()
        assert parcel.status == "attempt_failed"
        answers = Event.objects.get(kind="waybill.event_corrected")
        assert answers.data["reason"] == "派件员误操作"

    def test_an_event_is_taken_back(self, by: User) -> None:
        parcel = report(waybill(), "picked_up", "delivered")
        correct_event(
            waybill=parcel,
            event_id=events_of(parcel)[-1].pk,
            replacement=None,
            reason="扫错了件",
            by=by,
            at=timezone.now(),
        )
        parcel.refresh_from_db()
        assert parcel.status == "picked_up"

    def test_a_correction_needs_a_reason_an_event_and_sense(self, by: User) -> None:
        parcel, other = report(waybill(), "delivered"), report(waybill(), "delivered")
        mine, theirs = events_of(parcel)[0].pk, events_of(other)[0].pk
        future = event(parcel, "arrived", -2)
        for event_id, new, reason, code in (
            (mine, None, " ", "reason_missing"),
            (theirs, None, "误操作", "unknown_event"),
            (mine, future, "误操作", "future_time"),
        ):
            with pytest.raises(RuleBroken) as refused:
                correct_event(
                    waybill=parcel,
                    event_id=event_id,
                    replacement=new,
                    reason=reason,
                    by=by,
                    at=timezone.now(),
                )
            assert refused.value.code == code
        parcel.refresh_from_db()
        assert parcel.status == "delivered"

    @requirement("TRK-1")
    def test_a_partners_number_belongs_to_one_waybill(self, by: User) -> None:
        first, second, yunda = waybill(), waybill(), carrier()
        at = timezone.now()
        one = attach_partner_number(waybill=first, carrier=yunda, number=" yt 123 ", by=by, at=at)
        assert one.number == "YT123"
        again = attach_partner_number(waybill=first, carrier=yunda, number="YT123", by=by, at=at)
        assert again.pk == one.pk
        with pytest.raises(RuleBroken, match=first.number):
            attach_partner_number(waybill=second, carrier=yunda, number="YT123", by=by, at=at)
        other = carrier("zto")
        assert attach_partner_number(waybill=second, carrier=other, number="YT123", by=by, at=at)
        for bad in ("", "12", "单号1234", "a\x00bcd", "x" * 41):
            with pytest.raises(BadInput):
                attach_partner_number(waybill=first, carrier=yunda, number=bad, by=by, at=at)

    def test_looking_at_personal_data_is_an_event_with_a_reason(self, by: User) -> None:
        parcel = waybill()
        with pytest.raises(RuleBroken):
            reveal_waybill(waybill=parcel, reason="", by=by, at=timezone.now())
        reveal_waybill(waybill=parcel, reason="客户来电核对", by=by, at=timezone.now())
        answers = Event.objects.get(kind="waybill.revealed")
        assert answers.data == {"reason": "客户来电核对"}


@requirement("TRK-2")
def test_a_number_is_found_in_whatever_the_cell_holds(by: User) -> None:
    parcel = waybill()
    grouped = group_number(parcel.number).lower()
    written = [f"运单号：{parcel.number}", grouped, f"#{parcel.number}", parcel.number[2:]]
    batch = take(
        sheet(
            *([cell, "揽收", f"2026-03-0{n} 09:00", *[""] * 5] for n, cell in enumerate(written, 1))
        ),
        by,
    )
    assert (batch.rows_taken, batch.rows_refused) == (4, 0)
    two = f"{parcel.number} {waybill().number}"
    batch = take(sheet([two, "揽收", "2026-03-09 09:00", *[""] * 5]), by)
    assert batch.rows_refused == 1


@requirement("TRK-2")
def test_a_file_of_the_old_format_is_read_like_any_other(by: User) -> None:
    parcel = waybill()
    Waybill.objects.filter(pk=parcel.pk).update(number="YP123456789012")
    old = Path(__file__).parents[1] / "core" / "old.xls"
    file = take(old.read_bytes(), by, "旧.xls")
    assert (file.rows_taken, file.rows_refused) == (1, 1)
    assert file.rows.get(outcome="refused").code == "number_check_digit"
    when = timezone.localtime(events_of(parcel)[0].occurred_at)
    assert when.strftime("%m-%d %H:%M") == "03-01 09:05"
