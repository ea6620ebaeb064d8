"""The staff pages of waybills, batches and partners: who sees what, what changes how."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.backoffice.models import ImportFile
from apps.core.sheets import write_xlsx
from apps.events.models import Event
from apps.tracking.enums import Door, RefusedState
from apps.tracking.models import EventBatch, PartnerCarrier, RefusedEvent, Waybill
from apps.tracking.services import ingest
from apps.tracking.services.imports import COLUMNS
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.customers import CustomerFactory
from tests.factories.imports import work
from tests.factories.tracking import (
    carrier,
    event,
    events_of,
    partner_number,
    report,
    waybill,
    waybills,
)
from tests.pressing import do, form_at, press

pytestmark = pytest.mark.django_db
LIST = "/admin/tracking/waybill/"


@pytest.fixture
def desk(client: Client) -> Client:
    sign_in(client, superuser())
    return client


def page(of: Any) -> str:
    return reverse(f"admin:tracking_{of._meta.model_name}_change", args=[of.pk])


def nobody() -> User:
    user: User = UserFactory(roles=[Role.AGENT], scope=ObjectScope.UNITS, unit=UnitFactory())
    return user


class TestWaybills:
    @pytest.mark.requirement("TRK-10")
    @pytest.mark.parametrize("field", ["place", "city", "text"])
    def test_people_in_the_words_of_a_scan_show_after_a_reveal_only(
        self, desk: Client, field: str
    ) -> None:
        parcel = waybill()
        scan = event(parcel, "arrived", **{field: "李小红 139 0013 9002，建国路88号1001室"})
        ingest([scan], source="tests", by=system_user("tests"), at=timezone.now())
        shown = desk.get(page(parcel)).content.decode()
        assert not [part for part in ("小红", "0013 9002", "建国路88") if part in shown]

    def test_the_list_costs_the_same_for_1_and_3_rows_and_never_counts(self, desk: Client) -> None:
        counts = []
        for more in (1, 2):
            waybills(more)
            desk.get(LIST)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(LIST).status_code == 200
            counts.append(len(queries))
            assert not any("COUNT(" in q["sql"] and "waybill" in q["sql"] for q in queries)
        assert counts[0] == counts[1]

    @pytest.mark.parametrize("by", ["number", "spaced", "partner", "phone", "reference"])
    def test_it_is_found_by(self, desk: Client, by: str) -> None:
        yunda = carrier()
        parcel = waybill(customer_reference="客户-77", consignee_phone="13612345678")
        other = waybill()
        partner_number(parcel, yunda, "4310508235533")
        typed = {
            "number": parcel.number,
            "spaced": f"{parcel.number[:6].lower()} {parcel.number[6:]}",
            "partner": "4310508235533",
            "phone": "136 1234 5678",
            "reference": "客户-77",
        }[by]
        text = desk.get(LIST, {"q": typed}).content.decode()
        assert page(parcel) in text
        assert page(other) not in text

    def test_nobody_outside_its_units_and_customers_sees_it(self, client: Client) -> None:
        parcel = waybill()
        user = nobody()
        user.user_permissions.add(*_permissions("view_waybill"))
        sign_in(client, user)
        assert page(parcel) not in client.get(LIST).content.decode()
        assert client.get(page(parcel)).status_code in (302, 404)
        mine = waybill(customer=CustomerFactory(unit=user.roles.first().unit))
        assert page(mine) in client.get(LIST).content.decode()

    def test_the_page_masks_people_until_a_reason_is_given(self, desk: Client) -> None:
        parcel = report(waybill(), "picked_up", "arrived")
        text = desk.get(page(parcel)).content.decode()
        for secret in ("王小明", "李小红", "13900139002", "1001"):
            assert secret not in text
        refused = do(desk, page(parcel), "reveal", {"reason": ""})
        assert refused.status_code == 422
        assert "李小红" not in refused.content.decode()
        form = form_at(desk, page(parcel), "#act-reveal")
        shown = press(desk, form, reveal__reason="客户来电核对地址")
        assert "李小红" in shown.content.decode()
        assert "建国路 88 号 1001 室" in shown.content.decode()
        again = press(desk, form, reveal__reason="客户来电核对地址")
        assert (again.status_code, again["Location"]) == (302, page(parcel))
        assert Event.objects.filter(kind="waybill.revealed").count() == 1
        assert "李小红" not in desk.get(page(parcel)).content.decode()

    def test_an_event_is_corrected_from_the_page(self, desk: Client) -> None:
        parcel = report(waybill(), "picked_up", "delivered")
        wrong = events_of(parcel)[-1]
        typed = {
            "event": wrong.pk,
            "code": "attempt_failed.cannot_contact",
            "occurred_at": timezone.localtime(wrong.occurred_at).strftime("%Y-%m-%dT%H:%M"),
            "place": "北京营业部",
            "text": "",
            "reason": "派件员误点",
        }
        assert do(desk, page(parcel), "correct", typed | {"code": ""}).status_code == 422
        assert do(desk, page(parcel), "correct", typed).status_code == 302
        parcel.refresh_from_db()
        assert parcel.status == "attempt_failed"
        text = desk.get(page(parcel)).content.decode()
        assert "<s>" in text

    def test_an_event_is_taken_back_from_the_page(self, desk: Client) -> None:
        parcel = report(waybill(), "picked_up", "delivered")
        typed = {
            "event": events_of(parcel)[-1].pk,
            "withdraw": "on",
            "reason": "扫错了件",
        }
        assert do(desk, page(parcel), "correct", typed).status_code == 302
        parcel.refresh_from_db()
        assert parcel.status == "picked_up"

    def test_a_partners_number_is_attached(self, desk: Client) -> None:
        parcel, yunda = waybill(), carrier()
        typed = {"carrier": yunda.pk, "number": "431 0508"}
        assert do(desk, page(parcel), "attach", typed).status_code == 302
        assert parcel.partner_numbers.get().number == "4310508"

    @pytest.mark.parametrize("act", ["correct", "attach", "reveal"])
    def test_each_act_asks_for_its_permission(self, client: Client, act: str) -> None:
        parcel = waybill()
        user = UserFactory()
        user.user_permissions.add(*_permissions("view_waybill"))
        sign_in(client, user)
        assert client.get(page(parcel)).status_code == 200
        assert do(client, page(parcel), act).status_code == 403

    def test_nothing_can_be_added_changed_or_deleted_raw(self, desk: Client) -> None:
        parcel = waybill()
        assert desk.get(f"{LIST}add/").status_code == 403
        assert desk.post(f"{LIST}{parcel.pk}/delete/").status_code == 403
        assert Waybill.objects.filter(pk=parcel.pk).exists()

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_the_page_speaks_both_languages(self, desk: Client, language: str) -> None:
        parcel = report(waybill(), "picked_up")
        headers = {"Accept-Language": language}
        text = desk.get(page(parcel), headers=headers).content.decode()
        assert ("轨迹" in text) == (language == "zh-hans")
        assert ("Tracking events" in text) == (language == "en")


NEW = reverse("admin:backoffice_importfile_new_tracking_trackingevent")
TEMPLATE = reverse("admin:backoffice_importfile_template_tracking_trackingevent")


class TestBatches:
    def sheet(self, *rows: list[str]) -> io.BytesIO:
        file = io.BytesIO(write_xlsx([c.headings[0] for c in COLUMNS], rows))
        file.name = "轨迹.xlsx"
        return file

    def test_a_file_is_imported_and_its_rows_answered(self, desk: Client) -> None:
        parcel = waybill()
        assert desk.get(NEW).status_code == 200
        file = self.sheet(
            [parcel.number, "揽收", "2026-03-01 09:00", "", "", "", "", ""],
            ["YP1", "揽收", "2026-03-01 09:00", "", "", "", "", ""],
        )
        assert desk.post(NEW, {"file": file}).status_code == 302
        made = ImportFile.objects.get()
        desk.post(reverse("admin:backoffice_importfile_act", args=[made.pk, "take"]))
        work()
        made.refresh_from_db()
        assert (made.rows_taken, made.rows_refused) == (1, 1)
        for name in ("change", "original", "refused"):
            got = desk.get(reverse(f"admin:backoffice_importfile_{name}", args=[made.pk]))
            assert got.status_code == 200
            assert b"".join(got.streaming_content) if got.streaming else b"YP1" in got.content
        batch = EventBatch.objects.get()
        assert (batch.accepted, batch.refused) == (1, 1)
        assert "YP1" in desk.get(page(batch)).content.decode()
        where = reverse("admin:tracking_eventbatch_refused", args=[batch.pk])
        assert b"".join(desk.get(where).streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]  # a file

    def test_a_bad_file_is_told_on_the_page(self, desk: Client) -> None:
        file = io.BytesIO(b"%PDF")
        file.name = "a.pdf"
        answer = desk.post(NEW, {"file": file})
        assert answer.status_code == 422
        assert "a.pdf" in answer.content.decode()
        assert desk.post(NEW, {}).status_code == 422

    def test_the_template_can_be_filled_in_and_sent_back(self, desk: Client) -> None:
        got = desk.get(TEMPLATE)
        file = io.BytesIO(b"".join(got.streaming_content))  # type: ignore[attr-defined]  # a file
        file.name = "t.xlsx"
        desk.post(NEW, {"file": file})
        assert ImportFile.objects.get().rows_total == 1

    @pytest.mark.parametrize("where", [NEW, TEMPLATE])
    def test_importing_needs_its_permission(self, client: Client, where: str) -> None:
        user = UserFactory()
        user.user_permissions.add(*_permissions("view_eventbatch"))
        sign_in(client, user)
        assert client.get(where).status_code == 403

    def test_another_units_people_do_not_see_the_batch(self, client: Client) -> None:
        batch = self.refused().batch
        user = nobody()
        user.user_permissions.add(*_permissions("view_eventbatch", "import_trackingevent"))
        sign_in(client, user)
        assert client.get(page(batch)).status_code in (302, 404)
        where = reverse("admin:tracking_eventbatch_refused", args=[batch.pk])
        assert client.get(where).status_code == 404

    def refused(self) -> RefusedEvent:
        one = event("YP000000000000", "arrived", text="签收人：张三丰 13812345678")
        by = system_user("tests")
        ingest([one], source="api:x", by=by, at=timezone.now(), door=Door.API)
        return RefusedEvent.objects.get()

    def test_a_refused_event_is_shown_masked_and_dropped(self, desk: Client) -> None:
        refused = self.refused()
        text = desk.get(page(refused)).content.decode()
        assert "13812345678" not in text
        assert do(desk, page(refused), "retry").status_code == 422
        answer = do(desk, page(refused), "drop", {"reason": "测试数据"})
        assert answer.status_code == 302
        refused.refresh_from_db()
        assert refused.state == RefusedState.DROPPED
        assert do(desk, page(refused), "retry").status_code == 302
        refused.refresh_from_db()
        assert refused.state == RefusedState.DROPPED

    @pytest.mark.parametrize("model", ["eventbatch", "refusedevent", "partnercarrier"])
    def test_the_lists_open_and_cost_the_same(self, desk: Client, model: str) -> None:
        where = reverse(f"admin:tracking_{model}_changelist")
        counts = []
        for n in (1, 2):
            for k in range(n):
                ingest(
                    [event("YP000000000000", "arrived", n * 10 + k)],
                    source="x",
                    by=system_user("tests"),
                    at=timezone.now(),
                )
                carrier(f"c{n}{k}")
            desk.get(where)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(where).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestPartners:
    def test_the_salt_is_typed_kept_and_never_shown(self, desk: Client) -> None:
        where = reverse("admin:tracking_partnercarrier_add")
        typed = {
            "code": "yunda",
            "name": "韵达",
            "feed_code": "yunda",
            "time_zone": "Asia/Shanghai",
            "is_active": "on",
            "new_salt": "very-secret-salt",
        }
        assert desk.post(where, typed).status_code == 302
        made = PartnerCarrier.objects.get()
        assert made.salt == "very-secret-salt"
        assert "very-secret-salt" not in desk.get(page(made)).content.decode()
        assert (
            desk.post(page(made), typed | {"new_salt": "", "name": "韵达速递"}).status_code == 302
        )
        made.refresh_from_db()
        assert (made.name, made.salt) == ("韵达速递", "very-secret-salt")
        assert desk.post(page(made), typed | {"time_zone": "Mars"}).status_code == 200
        with connection.cursor() as cursor:
            cursor.execute("SELECT salt FROM tracking_partnercarrier")
            assert "very-secret" not in cursor.fetchone()[0]


def _permissions(*codenames: str) -> list[Any]:
    from django.contrib.auth.models import Permission

    return list(
        Permission.objects.filter(content_type__app_label="tracking", codename__in=codenames)
    )
