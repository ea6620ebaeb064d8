"""Privacy: what the number alone shows, and proving to be a party (TRK-10)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.backoffice.models import WindowCount
from apps.backoffice.services.counting import add_for_good, purge_counts
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.tracking.enums import ConfirmedBy, PartyRole
from apps.tracking.models import Waybill
from apps.tracking.queries import PartyView, party_view, public_view, public_views
from apps.tracking.queries.party import is_busy_phone, party_by_phone
from apps.tracking.queries.waybill import PHONE_INDEX
from apps.tracking.services import (
    CodeNeeded,
    PartyProof,
    check_party,
    ingest,
    read_proof,
)
from apps.tracking.services.party import LIMITS
from apps.tracking.services.pod import record_proof
from apps.tracking.services.signers import authorise_signer
from tests.factories.customers import CustomerFactory
from tests.factories.shipments import ago, photo, scan, shipment
from tests.factories.shipments import proof as new_proof
from tests.factories.tracking import event, report, waybill, waybills

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-10")]
NOON = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
NOBODY = "YP000000000000"


def scan_with_text(parcel: object, text: str) -> None:
    ingest(
        [event(parcel, "delivered", text=text)],  # type: ignore[arg-type]
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )


def prove(parcel: Waybill, digits: str, at: datetime | None = None) -> PartyProof:
    proof = check_party(parcel.number, digits, address="10.0.0.1", at=at)
    assert isinstance(proof, PartyProof)
    return proof


def refusal(parcel: Waybill, digits: str, at: datetime | None = None) -> str:
    with pytest.raises(RuleBroken) as refused:
        check_party(parcel.number, digits, address="10.0.0.1", at=at)
    return refused.value.code


def allow(parcel: Waybill, phone: str) -> None:
    authorise_signer(
        waybill_id=parcel.pk,
        name="赵四",
        phone=phone,
        given_by="客户",
        confirmed=next(iter(ConfirmedBy)),
        by=system_user("tests"),
        at=timezone.now(),
    )


def signed() -> Waybill:
    done = scan(
        shipment(at=ago(hours=9), consignee_phone="13900139002"), "out_for_delivery", ago(hours=1)
    )
    record_proof(
        waybill_id=done.pk,
        proof=new_proof(),
        photos=[photo()],
        by=system_user("tests"),
        at=timezone.now(),
    )
    done.refresh_from_db()
    return done


def all_of(view: PartyView) -> str:
    return " ".join(str(getattr(view, f.name)) for f in fields(view))


class TestPublicView:
    def test_it_shows_route_status_and_events_newest_first(self) -> None:
        parcel = report(waybill(), "picked_up", "arrived", "delivered")
        shown = public_view(parcel.number.lower())
        assert shown is not None
        assert (shown.status, shown.origin_city, shown.destination_city) == (
            "delivered",
            "上海",
            "北京",
        )
        assert [e.code for e in shown.events] == ["delivered", "arrived", "picked_up"]

    def test_no_person_is_in_it_not_even_inside_texts(self) -> None:
        parcel = waybill(sender_name="王小明", consignee_name="李小红")
        scan_with_text(
            parcel,
            "李小红的快件已签收，签收人：张三丰，快递员 刘大伟 13812345678，座机 010-80462111",
        )
        answers = repr(public_view(parcel.number))
        for secret in ("王小明", "李小红", "张三丰", "13812345678", "5678", "80462111", "建国路"):
            assert secret not in answers
        for secret in ("13900139002", "13800138001", "8001", "9002"):
            assert secret not in answers
        assert "李*" in answers

    def test_unknown_and_malformed(self) -> None:
        assert public_view(NOBODY) is None
        with pytest.raises(BadInput):
            public_view("YP1")

    def test_corrected_events_are_not_shown(self) -> None:
        parcel = waybill()
        for code in ("delivered", "refused"):
            ingest(
                [event(parcel, code, source_id="x")],
                source="tests",
                by=system_user("tests"),
                at=timezone.now(),
            )
        shown = public_view(parcel.number)
        assert shown is not None
        assert [e.code for e in shown.events] == ["refused"]

    def test_two_queries_for_one_and_for_three(self) -> None:
        parcels = waybills(3)
        for parcel in parcels:
            report(parcel, "picked_up", "arrived")
        for some in (parcels[:1], parcels):
            with CaptureQueriesContext(connection) as queries:
                found = public_views([p.number for p in some])
            assert len(found) == len(some)
            assert len(queries) == 2

    def test_a_party_sees_names_and_addresses_but_never_the_digits_that_prove_it(self) -> None:
        view = party_view(waybill(), PartyRole.BOTH)
        assert (view.sender_name, view.consignee_name) == ("王小明", "李小红")
        assert "1001" in view.consignee_address
        assert "9002" not in all_of(view)


class TestHalves:
    """One key opens one half."""

    STATED = ("王小明", "漕溪北路", "8888.00", "PO-7781")  # the sender's half
    DELIVERY = ("李小红", "建国路")  # the consignee's half

    def parcel(self) -> Waybill:
        return waybill(declared_value=Decimal("8888.00"), customer_reference="PO-7781")

    @pytest.mark.parametrize(
        ("role", "opened", "closed"),
        [
            (PartyRole.SENDER, STATED, (*DELIVERY, "139")),
            (PartyRole.CONSIGNEE, (*DELIVERY, "139"), (*STATED, "138")),
            (PartyRole.SIGNER, DELIVERY, (*STATED, "139", "138")),
            (PartyRole.BOTH, (*STATED, *DELIVERY, "138", "139"), ()),
        ],
    )
    def test_a_role_sees_its_half_and_the_other_one_as_everybody_does(
        self, role: PartyRole, opened: tuple[str, ...], closed: tuple[str, ...]
    ) -> None:
        answers = all_of(party_view(self.parcel(), role))
        assert [word for word in opened if word not in answers] == []
        assert [word for word in closed if word in answers] == []
        assert "服装" in answers, "both ends know what is in it"

    def test_the_sender_learns_that_and_when_it_was_signed_and_no_more(self) -> None:
        done = signed()
        sender, consignee = (
            party_view(done, role) for role in (PartyRole.SENDER, PartyRole.CONSIGNEE)
        )
        assert sender.signed_at == consignee.signed_at is not None
        assert sender.proof is None
        assert consignee.proof is not None and consignee.proof.signed_by == "李小红"

    @pytest.mark.parametrize(
        ("digits", "role"),
        [
            ("8001", PartyRole.SENDER),
            ("9002", PartyRole.CONSIGNEE),
            ("7003", PartyRole.SIGNER),
            ("00139002", PartyRole.CONSIGNEE),
        ],
    )
    def test_digits_prove_one_role(self, digits: str, role: PartyRole) -> None:
        parcel = self.parcel()
        allow(parcel, "13700137003")
        proof = prove(parcel, digits)
        assert proof.role == role == read_proof(proof.token, parcel.number)
        assert Event.objects.get(kind="waybill.party_proved").data == {"role": role}

    def test_one_phone_at_both_ends_opens_both(self) -> None:
        parcel = waybill(consignee_phone="13800138001")
        assert prove(parcel, "8001").role == PartyRole.BOTH

    def test_two_phones_with_the_same_last_four_open_neither(self) -> None:
        parcel = waybill(consignee_phone="13977778001")
        assert refusal(parcel, "8001") == "party_more_digits"
        assert prove(parcel, "00138001").role == PartyRole.SENDER
        assert prove(parcel, "77778001").role == PartyRole.CONSIGNEE
        assert refusal(parcel, "11118001") == "party_refused"

    def test_two_phones_with_the_same_last_eight_are_for_people(self) -> None:
        parcel = waybill(consignee_phone="15900138001")
        assert refusal(parcel, "00138001") == "party_ambiguous"

    def test_a_bound_phone_opens_its_half(self) -> None:
        parcel = self.parcel()
        index = blind_index("+8613800138001", PHONE_INDEX)
        view = party_by_phone(parcel.number, index)
        assert view is not None and view.role == PartyRole.SENDER
        assert party_by_phone(parcel.number, blind_index("+861", PHONE_INDEX)) is None
        assert party_by_phone(parcel.number, "") is None
        both = waybill(consignee_phone="13800138001")
        view = party_by_phone(both.number, index)
        assert view is not None and view.role == PartyRole.BOTH


class TestBusyPhone:
    """Digits that many know prove nothing."""

    def test_a_phone_on_many_live_shipments_needs_a_code(self, settings: Any) -> None:
        settings.PARTY_DIGITS_MOST_SHIPMENTS = 2
        customer = CustomerFactory()
        for n in range(3):
            parcel = waybill(customer=customer, consignee_phone=f"1390013900{n}")
        needed = check_party(parcel.number, "8001", address="10.0.0.1")
        assert needed == CodeNeeded(parcel.number, PartyRole.SENDER, "+8613800138001")
        assert not Event.objects.filter(kind="waybill.party_proved").exists()
        assert prove(parcel, "9002").role == PartyRole.CONSIGNEE

    def test_it_counts_at_both_ends_and_what_is_concluded_no_more(self, settings: Any) -> None:
        settings.PARTY_DIGITS_MOST_SHIPMENTS = 1
        back = waybill(sender_phone="13911112222", consignee_phone="13800138001")
        sent = waybill()
        assert isinstance(check_party(sent.number, "8001", address="10.0.0.1"), CodeNeeded)
        report(back, "picked_up", "delivered")
        assert prove(sent, "8001").role == PartyRole.SENDER

    def test_it_stops_counting_one_beyond(self, settings: Any) -> None:
        settings.PARTY_DIGITS_MOST_SHIPMENTS = 3
        waybills(6)
        with CaptureQueriesContext(connection) as queries:
            assert is_busy_phone("+8613800138001")
        assert all("LIMIT 4" in q["sql"] and "concluded_at" in q["sql"] for q in queries)


class TestLimits:
    def test_tries_while_one_waits_do_not_make_the_wait_longer(self) -> None:
        parcel = waybill()
        for _n in range(5):
            assert refusal(parcel, "0000", at=NOON) == "party_refused"
        for minute in range(15):
            for _n in range(3):
                at = NOON + timedelta(minutes=minute)
                assert refusal(parcel, "0000", at=at) == "party_limit"
        assert prove(parcel, "9002", at=NOON + timedelta(minutes=19)).role == PartyRole.CONSIGNEE

    def test_the_wait_that_is_told_is_true(self) -> None:
        parcel, at = waybill(), NOON + timedelta(minutes=4)
        for _n in range(5):
            refusal(parcel, "0000", at=at)
        with pytest.raises(RuleBroken) as refused:
            check_party(parcel.number, "9002", address="10.0.0.1", at=at)
        wait = refused.value.params["wait"]
        assert timedelta(minutes=10) < wait < timedelta(minutes=16)
        assert refusal(parcel, "9002", at=at + wait - timedelta(seconds=5)) == "party_limit"
        assert prove(parcel, "9002", at=at + wait)

    def test_right_answers_shut_nobody_out(self) -> None:
        """An office of many behind one address, and many of them about one parcel."""
        parcel = waybill()
        for other in waybills(40):
            assert prove(other, "9002", at=NOON)
        for _n in range(20):
            assert prove(parcel, "9002", at=NOON)

    def test_right_answers_take_no_wrong_one_back(self) -> None:
        most = next(limit for kind, _window, limit in LIMITS if kind == "address")
        own = waybill(consignee_phone="13912345678")
        for n, parcel in enumerate(waybills(most)):
            assert refusal(parcel, "0000", at=NOON) == "party_refused"
            if n % 3 == 0:
                assert prove(own, "5678", at=NOON)
        assert refusal(waybill(), "0000", at=NOON) == "party_limit"


class TestProof:
    @pytest.mark.parametrize("digits", ["8001", "9002", " 9002 ", "９００２"])
    def test_either_partys_digits_prove_it(self, digits: str) -> None:
        parcel = waybill()
        if not digits.strip().isascii():
            with pytest.raises(BadInput):
                check_party(parcel.number, digits, address="10.0.0.1")
            return
        proof = prove(parcel, digits)
        assert proof.number == parcel.number
        assert read_proof(proof.token, parcel.number)
        assert not read_proof(proof.token, waybill().number)
        assert not read_proof(proof.token + "x", parcel.number)
        assert Event.objects.filter(kind="waybill.party_proved").count() == 1

    def test_an_authorised_signer_is_a_party(self) -> None:
        parcel = waybill()
        allow(parcel, "13700137003")
        assert prove(parcel, "7003").role == PartyRole.SIGNER

    def test_a_wrong_answer_and_an_unknown_waybill_are_told_alike(self) -> None:
        parcel = waybill()
        answers = []
        for number in (parcel.number, NOBODY):
            with pytest.raises(RuleBroken) as refused:
                check_party(number, "0000", address="10.0.0.1")
            answers.append((str(refused.value), refused.value.code))
        assert answers[0] == answers[1]

    def test_both_cost_the_same_queries(self) -> None:
        parcel = waybill()
        counts = []
        for number in (parcel.number, NOBODY):
            with CaptureQueriesContext(connection) as queries, pytest.raises(RuleBroken):
                check_party(number, "0000", address="10.0.0.1")
            counts.append([q["sql"].split()[0] for q in queries])
        assert counts[0] == counts[1]

    @pytest.mark.parametrize("digits", ["", "123", "12345", "abcd", "١٢٣٤", "1" * 5_000])
    def test_what_is_no_four_digits_is_not_counted(self, digits: str) -> None:
        with pytest.raises(BadInput):
            check_party(waybill().number, digits, address="10.0.0.1")
        assert not WindowCount.objects.exists()

    def test_a_waybill_stops_answering_even_to_the_right_digits(self) -> None:
        parcel = waybill()
        for n in range(5):
            with pytest.raises(RuleBroken) as refused:
                check_party(parcel.number, "0000", address=f"10.0.0.{n}", at=NOON)
            assert refused.value.code == "party_refused"
        with pytest.raises(RuleBroken) as refused:
            check_party(parcel.number, "9002", address="10.0.1.1", at=NOON)
        assert refused.value.code == "party_limit"
        later = NOON + timedelta(minutes=31)
        assert check_party(parcel.number, "9002", address="10.0.1.1", at=later)

    def test_an_address_stops_being_answered(self) -> None:
        most = next(limit for kind, _window, limit in LIMITS if kind == "address")
        for parcel in waybills(most):
            with pytest.raises(RuleBroken):
                check_party(parcel.number, "0000", address="10.0.0.9", at=NOON)
        with pytest.raises(RuleBroken) as refused:
            check_party(waybill().number, "9002", address="10.0.0.9", at=NOON)
        assert refused.value.code == "party_limit"

    def test_the_end_of_a_window_does_not_double_the_tries(self) -> None:
        parcel = waybill()
        end = NOON + timedelta(minutes=14, seconds=59)
        for _n in range(5):
            with pytest.raises(RuleBroken):
                check_party(parcel.number, "0000", address="10.0.0.1", at=end)
        with pytest.raises(RuleBroken) as refused:
            check_party(
                parcel.number,
                "9002",
                address="10.0.0.1",
                at=NOON + timedelta(minutes=15, seconds=5),
            )
        assert refused.value.code == "party_limit"

    def test_a_proof_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        parcel = waybill()
        proof = prove(parcel, "9002")
        now = timezone.now().timestamp()
        monkeypatch.setattr(signing.time, "time", lambda: now + 31 * 60)
        assert not read_proof(proof.token, parcel.number)

    def test_neither_number_nor_address_can_be_read_from_the_counters(self) -> None:
        parcel = waybill()
        check_party(parcel.number, "9002", address="10.0.0.1")
        keys = " ".join(WindowCount.objects.values_list("key", flat=True))
        assert parcel.number not in keys
        assert "10.0.0.1" not in keys

    def test_old_counters_are_forgotten(self) -> None:
        add_for_good("tracking.address", "x", window=timedelta(hours=1), at=NOON)
        assert purge_counts(at=NOON + timedelta(days=1)) == 0
        assert purge_counts(at=NOON + timedelta(days=3)) == 1


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_instant_are_all_counted() -> None:
    parcel = waybill()

    def guess(n: int) -> str:
        try:
            check_party(parcel.number, "0000", address=f"10.1.0.{n}", at=NOON)
        except RuleBroken as refused:
            return refused.code
        finally:
            connection.close()
        return "proved"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count("party_refused") == 5
    assert answers.count("party_limit") == 19
