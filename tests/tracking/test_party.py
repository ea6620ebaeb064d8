"""Privacy: what the number alone shows, and proving to be a party (TRK-10)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.tracking.enums import ConfirmedBy
from apps.tracking.models import GuessCount
from apps.tracking.queries import party_view, public_view, public_views
from apps.tracking.services import check_party, ingest, read_proof
from apps.tracking.services.counting import add_one, forget_counts
from apps.tracking.services.party import LIMITS
from apps.tracking.services.signers import authorise_signer
from tests.factories.tracking import event, report, waybill, waybills

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-10")]
NOON = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
NOBODY = "YP000000000000"


def said(parcel: object, text: str) -> None:
    ingest(
        [event(parcel, "delivered", text=text)],  # type: ignore[arg-type]
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )


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
        said(
            parcel,
            "李小红的快件已签收，签收人：张三丰，快递员 刘大伟 13812345678，座机 010-80462111",
        )
        told = repr(public_view(parcel.number))
        for secret in ("王小明", "李小红", "张三丰", "13812345678", "5678", "80462111", "建国路"):
            assert secret not in told
        for secret in ("13900139002", "13800138001", "8001", "9002"):
            assert secret not in told
        assert "李*" in told

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
        view = party_view(waybill())
        assert (view.sender_name, view.consignee_name) == ("王小明", "李小红")
        assert "1001" in view.consignee_address
        text = "".join(str(getattr(view, f.name)) for f in fields(view))
        assert "9002" not in text


class TestProof:
    @pytest.mark.parametrize("digits", ["8001", "9002", " 9002 ", "９００２"])
    def test_either_partys_digits_prove_it(self, digits: str) -> None:
        parcel = waybill()
        if not digits.strip().isascii():
            with pytest.raises(BadInput):
                check_party(parcel.number, digits, address="10.0.0.1")
            return
        proof = check_party(parcel.number, digits, address="10.0.0.1")
        assert proof.number == parcel.number
        assert read_proof(proof.token, parcel.number)
        assert not read_proof(proof.token, waybill().number)
        assert not read_proof(proof.token + "x", parcel.number)
        assert Event.objects.filter(kind="waybill.party_proved").count() == 1

    def test_an_authorised_signer_is_a_party(self) -> None:
        parcel, by = waybill(), system_user("tests")
        authorise_signer(
            waybill_id=parcel.pk,
            name="赵四",
            phone="13700137003",
            given_by="客户",
            confirmed=next(iter(ConfirmedBy)),
            by=by,
            at=timezone.now(),
        )
        assert check_party(parcel.number, "7003", address="10.0.0.1")

    def test_a_wrong_answer_and_an_unknown_waybill_are_told_alike(self) -> None:
        parcel = waybill()
        told = []
        for number in (parcel.number, NOBODY):
            with pytest.raises(RuleBroken) as refused:
                check_party(number, "0000", address="10.0.0.1")
            told.append((str(refused.value), refused.value.code))
        assert told[0] == told[1]

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
        assert not GuessCount.objects.exists()

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
        proof = check_party(parcel.number, "9002", address="10.0.0.1")
        now = timezone.now().timestamp()
        monkeypatch.setattr(signing.time, "time", lambda: now + 31 * 60)
        assert not read_proof(proof.token, parcel.number)

    def test_neither_number_nor_address_can_be_read_from_the_counters(self) -> None:
        parcel = waybill()
        check_party(parcel.number, "9002", address="10.0.0.1")
        kept = " ".join(GuessCount.objects.values_list("key", flat=True))
        assert parcel.number not in kept
        assert "10.0.0.1" not in kept

    def test_old_counters_are_forgotten(self) -> None:
        add_one("address", "x", window=timedelta(hours=1), at=NOON)
        assert forget_counts(at=NOON + timedelta(days=1)) == 0
        assert forget_counts(at=NOON + timedelta(days=3)) == 1


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
        told = list(pool.map(guess, range(24)))
    assert told.count("party_refused") == 5
    assert told.count("party_limit") == 19
