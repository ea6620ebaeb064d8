"""The partner feed: whole lists, corrections, odd documents, and who may speak."""

import json
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.errors import BadInput
from apps.events.models import Event
from apps.tracking.enums import Door, RefusedState
from apps.tracking.inputs import IncomingEvent
from apps.tracking.kuaidi100 import sign_push
from apps.tracking.models import PartnerCarrier, RefusedEvent, Waybill
from apps.tracking.queries.timeline import timeline
from apps.tracking.services import retry_refused
from apps.tracking.services.ingest import ingest
from tests.factories.tracking import carrier, events_of, partner_number, waybill
from tests.tracking.test_kuaidi100 import CASES, EXPECTED, needs_cases

pytestmark = pytest.mark.django_db
requirement = pytest.mark.requirement
NUMBER = "4310508235533"
SALT = "s3cret-salt"
LIST = [
    ("2026-03-01 09:00:00", "【甲地公司】已揽收"),
    ("2026-03-02 09:00:00", "快件到达 【乙地公司】"),
    ("2026-03-02 10:00:00", "正在派件"),
    ("2026-03-02 11:00:00", "已签收,签收人：张三"),
]


@pytest.fixture
def yunda() -> PartnerCarrier:
    return carrier("yunda", salt=SALT)


@pytest.fixture
def parcel(yunda: PartnerCarrier) -> Waybill:
    made = waybill()
    partner_number(made, yunda, NUMBER)
    return made


def push(rows: list[tuple[str, str]], **top: object) -> bytes:
    data = [{"time": t, "ftime": t, "context": c} for t, c in reversed(rows)]
    result = {"nu": top.pop("nu", NUMBER), "com": "yunda", "state": top.pop("state", "0")}
    whole = {"status": "polling", "message": "", **top, "lastResult": result | {"data": data}}
    return json.dumps(whole, ensure_ascii=False).encode()


def send(client: Client, param: bytes, sign: str | None = None, code: str = "yunda") -> dict:  # type: ignore[type-arg]
    sign = sign_push(param, SALT) if sign is None else sign
    body = urlencode({"param": param, "sign": sign}, quote_via=quote)
    answer = client.post(
        f"/api/v1/partners/{code}/kuaidi100/",
        data=body,
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    answers: dict = answer.json()  # type: ignore[type-arg]
    assert set(answers) == {"result", "returnCode", "message"}
    return answers


def live_codes(of: Waybill) -> list[str]:
    return [r.code for r in reversed(timeline(of)) if r.is_live]


@requirement("TRK-2")
class TestLists:
    def test_a_list_becomes_the_timeline_and_the_same_list_changes_nothing(
        self, client: Client, parcel: Waybill
    ) -> None:
        assert send(client, push(LIST))["returnCode"] == "200"
        parcel.refresh_from_db()
        assert parcel.status == "delivered"
        assert [e.code for e in events_of(parcel)] == [
            "picked_up",
            "arrived",
            "out_for_delivery",
            "delivered.self",
        ]
        answers = Event.objects.count()
        assert send(client, push(LIST))["result"] is True
        assert len(events_of(parcel)) == 4
        assert Event.objects.count() == answers

    def test_growing_lists_in_any_order_end_alike(self, client: Client, parcel: Waybill) -> None:
        for upto in (2, 4, 1, 3):
            send(client, push(LIST[:upto]))
        assert live_codes(parcel) == [
            "picked_up",
            "arrived",
            "out_for_delivery",
            "delivered.self",
        ]

    def test_a_corrected_text_takes_the_old_ones_place(
        self, client: Client, parcel: Waybill
    ) -> None:
        send(client, push(LIST))
        corrected = [*LIST[:3], (LIST[3][0], "已签收,签收人：李四")]
        send(client, push(corrected))
        assert next(r.text for r in timeline(parcel) if r.is_live).endswith("李四")
        assert len(live_codes(parcel)) == 4
        assert len(events_of(parcel)) == 5
        send(client, push(LIST))  # the first one again, late
        assert next(r.text for r in timeline(parcel) if r.is_live).endswith("李四")

    def test_two_lines_of_one_second_are_two_events_and_neither_replaces(
        self, client: Client, parcel: Waybill
    ) -> None:
        second = LIST[1][0]
        send(client, push([LIST[0], LIST[1]]))
        send(client, push([LIST[0], LIST[1], (second, "【乙地公司】已发往 【丙地公司】")]))
        assert live_codes(parcel) == ["picked_up", "arrived", "departed"]

    def test_a_corrected_time_moves_the_line(self, client: Client, parcel: Waybill) -> None:
        send(client, push(LIST))
        send(client, push([*LIST[:3], ("2026-03-02 11:30:00", LIST[3][1])]))
        parcel.refresh_from_db()
        assert timezone.localtime(parcel.delivered_at).strftime("%H:%M") == "11:30"
        assert live_codes(parcel).count("delivered.self") == 1

    def test_lines_cut_off_at_the_old_end_stay(self, client: Client, parcel: Waybill) -> None:
        send(client, push(LIST))
        send(client, push(LIST[2:]))
        assert len(live_codes(parcel)) == 4

    def test_a_signature_taken_back_and_the_station_told_instead(
        self, client: Client, parcel: Waybill
    ) -> None:
        send(client, push(LIST))
        station = (LIST[3][0], "已签收，签收人：菜鸟驿站，请凭取件码取件")
        send(client, push([*LIST[:3], station]))
        parcel.refresh_from_db()
        assert parcel.status == "ready_for_pickup"
        assert parcel.delivered_at is None

    def test_refused_and_an_hour_later_signed(self, client: Client, parcel: Waybill) -> None:
        rows = [LIST[0], ("2026-03-02 10:00:00", "客户拒收"), LIST[3]]
        send(client, push(rows))
        parcel.refresh_from_db()
        assert parcel.status == "delivered"

    def test_polling_goes_on_after_signing(self, client: Client, parcel: Waybill) -> None:
        send(client, push(LIST, status="polling"))
        send(client, push([*LIST, ("2026-03-02 12:00:00", "快件已发往转运中心")]))
        parcel.refresh_from_db()
        assert parcel.status == "delivered"

    def test_giving_up_beside_a_signature_undoes_nothing(
        self, client: Client, parcel: Waybill
    ) -> None:
        send(client, push(LIST, status="abort", message="3天查询无记录"))
        parcel.refresh_from_db()
        assert parcel.status == "delivered"
        assert len(events_of(parcel)) == 4

    def test_giving_up_without_any_record_is_said_once(
        self, client: Client, parcel: Waybill
    ) -> None:
        for _turn in range(2):
            send(client, push([], status="abort", message="3天查询无记录"))
        parcel.refresh_from_db()
        assert (parcel.status, parcel.status_reason) == ("expired", "no_result")
        assert len(events_of(parcel)) == 1
        send(client, push(LIST[:2]))
        send(client, push(LIST))
        parcel.refresh_from_db()
        assert parcel.status == "delivered"

    def test_no_record_answered_as_signed_delivers_nothing(
        self, client: Client, parcel: Waybill
    ) -> None:
        send(client, push([("2026-03-02 11:00:00", "查无结果")], state="3"))
        send(client, push([], state="3"))
        parcel.refresh_from_db()
        assert parcel.status == "created"

    def test_a_future_row_is_refused_and_kept_for_staff(
        self, client: Client, parcel: Waybill
    ) -> None:
        later = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
        assert send(client, push([LIST[0], (later, "已签收")]))["result"] is True
        parcel.refresh_from_db()
        assert parcel.status == "picked_up"
        assert RefusedEvent.objects.get().code == "future_time"

    def test_our_own_number_works_where_the_partner_prints_it(
        self, client: Client, yunda: PartnerCarrier
    ) -> None:
        ours = waybill(carrier=yunda)
        assert send(client, push(LIST, nu=ours.number))["result"] is True
        ours.refresh_from_db()
        assert ours.status == "delivered"


class TestRefusals:
    def test_a_wrong_signature_is_told_and_recorded_once_a_minute(
        self, client: Client, parcel: Waybill
    ) -> None:
        for sign in ("", "0" * 32, sign_push(push(LIST), "other"), "é"):
            answer = send(client, push(LIST), sign=sign)
            assert (answer["result"], answer["returnCode"]) == (False, "503")
        assert not events_of(parcel)
        assert Event.objects.filter(kind="partnercarrier.signature_refused").count() == 1

    def test_a_partner_without_a_salt_has_no_feed(self, client: Client) -> None:
        carrier("open", salt="")
        answer = send(client, push(LIST), sign=sign_push(push(LIST), ""), code="open")
        assert answer["returnCode"] == "503"

    def test_an_unknown_number_says_so_and_waits_for_its_waybill(
        self, client: Client, yunda: PartnerCarrier
    ) -> None:
        for _turn in range(2):
            answer = send(client, push(LIST))
            assert answer["result"] is False
            assert NUMBER in answer["message"]
        refused_event = RefusedEvent.objects.get()
        by, at = system_user("tests"), timezone.now()
        with pytest.raises(BadInput):
            retry_refused(refused_id=refused_event.pk, by=by, at=at)
        made = waybill()
        partner_number(made, yunda, NUMBER)
        retry_refused(refused_id=refused_event.pk, by=by, at=at)
        made.refresh_from_db()
        refused_event.refresh_from_db()
        assert made.status == "delivered"
        assert refused_event.state == RefusedState.ACCEPTED

    @pytest.mark.parametrize("code", ["nobody", "a b", "x" * 60])
    def test_an_unknown_partner(self, client: Client, code: str) -> None:
        assert send(client, push(LIST), code=quote(code))["returnCode"] == "601"

    @pytest.mark.parametrize(
        "param", [b"<xml/>", b"{", b"[]", b'{"lastResult": {}}', b"\xff\xfe\x00"]
    )
    def test_what_is_no_document(self, client: Client, yunda: PartnerCarrier, param: bytes) -> None:
        assert send(client, param)["returnCode"] == "400"

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("", "application/x-www-form-urlencoded"),
            ("param=%7B%7D", "application/x-www-form-urlencoded"),
            ("sign=x", "application/x-www-form-urlencoded"),
            ("a=1&" * 50, "application/x-www-form-urlencoded"),
            ("param=" + "x" * 1_700_000 + "&sign=x", "application/x-www-form-urlencoded"),
        ],
    )
    def test_what_is_no_form(
        self, client: Client, yunda: PartnerCarrier, body: str, kind: str
    ) -> None:
        answer = client.post("/api/v1/partners/yunda/kuaidi100/", data=body, content_type=kind)
        assert answer.json()["returnCode"] == "400"

    def test_xml_and_get_are_turned_away(self, client: Client, yunda: PartnerCarrier) -> None:
        where = "/api/v1/partners/yunda/kuaidi100/"
        xml = client.post(where, data="<a/>", content_type="text/xml")
        assert xml.json()["returnCode"] == "400"
        assert client.get(where).status_code == 405


@needs_cases
@requirement("TRK-2")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_real_payloads_through_the_door(client: Client, name: str) -> None:
    param = (CASES / "tracking" / f"kuaidi100_{name}.json").read_bytes()
    whole = json.loads(param)
    result = whole.get("lastResult", whole)
    partner = carrier(result["com"], salt=SALT)
    made = waybill()
    partner_number(made, partner, result["nu"])
    assert send(client, param, code=partner.code)["result"] is True
    assert send(client, param, code=partner.code)["result"] is True
    made.refresh_from_db()
    code, count = EXPECTED[name]
    assert live_codes(made)[-1] == code
    assert len(events_of(made)) == count
    assert made.status == events_of(made)[-1].status


@requirement("TRK-2")
class TestNoRecord:
    """That a partner has no record never outweighs a real scan."""

    @pytest.mark.parametrize("first", ["abort", "scans"])
    def test_whichever_comes_first(self, client: Client, parcel: Waybill, first: str) -> None:
        abort = push([], status="abort", message="3天查询无记录")
        for param in (abort, push(LIST[:2])) if first == "abort" else (push(LIST[:2]), abort):
            assert send(client, param)["returnCode"] == "200"
        parcel.refresh_from_db()
        # The scans are years older than the abort, which is of today.
        assert (parcel.status, parcel.last_place) == ("in_transit", "乙地公司")
        assert parcel.concluded_at is None
        assert live_codes(parcel) == ["picked_up", "arrived"]

    def test_giving_up_beside_scans_of_the_same_list(self, client: Client, parcel: Waybill) -> None:
        send(client, push(LIST[:3], status="abort", message="60天无变化时"))
        parcel.refresh_from_db()
        assert parcel.status == "out_for_delivery"
        assert live_codes(parcel) == ["picked_up", "arrived", "out_for_delivery"]

    def test_scans_of_somebody_else_outweigh_it_too(self, client: Client, parcel: Waybill) -> None:
        send(client, push([], status="abort", message="3天查询无记录"))
        earlier = timezone.now() - timedelta(minutes=1)
        scan = IncomingEvent(waybill_number=parcel.number, code="arrived", occurred_at=earlier)
        ingest(
            [scan], source="depot", by=system_user("kuaidi100"), at=timezone.now(), door=Door.API
        )
        parcel.refresh_from_db()
        assert parcel.status == "in_transit"
        send(client, push([], status="abort", message="3天查询无记录", nu=NUMBER))
        parcel.refresh_from_db()
        assert parcel.status == "in_transit"


@requirement("TRK-2")
def test_news_without_a_place_leaves_the_last_place_what_it_was(
    client: Client, parcel: Waybill
) -> None:
    rows = [*LIST[:2], ("2026-03-02 10:00:00", "签收人【林秀芳】已签收")]
    rows.append(("2026-03-02 10:00:01", "很满意的话请在评价快递员处点亮五颗星"))
    send(client, push(rows))
    parcel.refresh_from_db()
    assert (parcel.status, parcel.last_place) == ("delivered", "乙地公司")
    assert len(events_of(parcel)) == 3
    # Told late, but between the two: the later place is still the last one.
    send(client, push([*LIST[:1], ("2026-03-01 20:00:00", "快件到达 【甲乙之间】"), *rows[1:]]))
    parcel.refresh_from_db()
    assert parcel.last_place == "乙地公司"
