"""The one engine of approvals: different persons, over the hash of what was seen."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.services import change_user
from apps.backoffice.enums import ApprovalState, Decision
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.queries.approvals import (
    approval_part,
    check_still_approved,
    seen_content,
    waiting_for,
)
from apps.backoffice.rules.approvals import Round, Seat, canonical, rounds_to_json, sha256_of
from apps.backoffice.states import APPROVAL_MOVES
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.backoffice.approving import KIND, Installation, Seats, known
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.refusing import refused
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy(db: None) -> Iterator[None]:
    # Tests run as the owner in maintenance, whom triggers let pass; here they are to refuse.
    with known(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        yield


@pytest.fixture
def installation() -> Installation:
    return Installation()


def kinds_of(request: ApprovalRequest) -> list[str]:
    events = Event.objects.filter(subject_type="backoffice.approvalrequest", subject_id=request.pk)
    return list(events.order_by("pk").values_list("kind", flat=True))


# --- the usual way -------------------------------------------------------------------------------


def test_a_round_needs_its_quorum_and_the_next_begins_then(installation: Installation) -> None:
    request = installation.ask()
    assert installation.approve(installation.money).round == 1
    assert installation.approve(installation.quality).round == 2
    assert installation.approve(installation.head).state == ApprovalState.APPROVED
    assert check_still_approved(KIND, installation.unit).pk == request.pk
    given = list(Approval.objects.values_list("round", "seat", "decided_by"))
    assert given == [
        (1, "money", installation.money.pk),
        (1, "quality", installation.quality.pk),
        (2, "head", installation.head.pk),
    ]
    assert kinds_of(request) == ["approval.asked", *["approval.given"] * 3, "approval.completed"]


def test_what_was_asked_is_kept_as_canonical_json_and_encrypted(installation: Installation) -> None:
    request = installation.ask()
    assert request.content == '{"city":"上海市","name":"浦东营业部"}'
    assert request.sha256 == sha256_of(request.content)
    assert ("浦东营业部" in {text for _label, text in seen_content(request)}) is True
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM backoffice_approvalrequest")
        assert "浦东" not in cursor.fetchone()[0]


def test_content_exchanged_behind_the_hash_is_noticed(installation: Installation) -> None:
    request = installation.ask()
    request.content = canonical({"city": "上海市", "name": "别的"})
    request.save(update_fields=["content"])
    with pytest.raises(ValueError, match="not what was hashed"):
        approval_part(KIND, installation.unit)


def test_the_same_content_is_the_same_text_and_nothing_vague_is_hashed() -> None:
    assert canonical({"b": [1, None], "a": True}) == canonical({"a": True, "b": [1, None]})
    for vague in (1.5, Decimal("1.5"), timezone.now(), {1: "a"}):
        with pytest.raises(TypeError):
            canonical({"amount": vague})


@pytest.mark.parametrize(
    "rounds",
    [
        [],
        [Round(())],
        [Round((Seat("a", frozenset()),), quorum=2)],
        [Round((Seat("a", frozenset()), Seat("a", frozenset())))],
    ],
)
def test_rounds_that_cannot_end_are_a_mistake_of_the_policy(rounds: list[Round]) -> None:
    with pytest.raises(ValueError, match=r"round|approval"):
        rounds_to_json(rounds)


# --- who ------------------------------------------------------------------------------------------


def test_who_may_not_approve(installation: Installation) -> None:
    installation.ask()
    assert refused(lambda: installation.approve(installation.maker)) == "maker_approves"
    assert refused(lambda: installation.approve(installation.agent)) == "not_your_turn"
    assert refused(lambda: installation.approve(installation.head)) == "not_your_turn"
    assert refused(lambda: installation.approve(superuser())) == "not_your_turn"
    installation.approve(installation.money)
    other = installation.person(Role.FINANCE)
    assert refused(lambda: installation.approve(other)) == "not_your_turn", "its seat is taken"
    assert Approval.objects.count() == 1


def test_a_second_login_is_the_same_person(installation: Installation) -> None:
    installation.ask()
    installation.approve(installation.money)
    assert refused(lambda: installation.approve(installation.money_again)) == "approved_twice"
    installation.approve(installation.quality)
    assert refused(lambda: installation.approve(installation.money_again)) == "approved_twice", (
        "next round"
    )


def test_the_makers_second_login_approves_nothing(installation: Installation) -> None:
    installation.ask(by=installation.money)
    assert refused(lambda: installation.approve(installation.money_again)) == "maker_approves"


def test_further_makers_of_the_policy_approve_nothing(installation: Installation) -> None:
    with known(makers=lambda _unit: [installation.quality]):
        installation.ask()
        assert refused(lambda: installation.approve(installation.quality)) == "maker_approves"


def test_without_a_staff_number_nobody_asks_or_approves(installation: Installation) -> None:
    nameless = installation.person(Role.FINANCE, staff_number="")
    assert refused(lambda: installation.ask(by=nameless)) == "no_staff_number"
    installation.ask()
    assert refused(lambda: installation.approve(nameless)) == "no_staff_number"
    known_now = change_user(user=nameless, by=superuser(), staff_number=" yp-77 ")
    assert known_now.person_key == "staff:YP-77"
    assert installation.approve(known_now).round == 1


def test_two_rounds_are_two_persons(installation: Installation) -> None:
    installation.ask()
    installation.approve(installation.both)
    installation.approve(installation.money)
    assert refused(lambda: installation.approve(installation.both)) == "approved_twice"


# --- what -----------------------------------------------------------------------------------------


def test_an_edit_makes_approvals_void(installation: Installation) -> None:
    installation.ask()
    installation.all_approve()
    assert installation.edit("浦东营业部") is False, "saved unchanged"
    assert installation.edit("浦西营业部") is True
    assert installation.request.state == ApprovalState.VOID
    assert refused(lambda: check_still_approved(KIND, installation.unit)) == "not_approved"
    assert kinds_of(installation.request)[-1] == "approval.voided"
    again = installation.ask()
    assert again.approvals.count() == 0
    assert installation.all_approve().state == ApprovalState.APPROVED


def test_an_edit_past_every_service_is_noticed_before_release(installation: Installation) -> None:
    installation.ask()
    installation.all_approve()
    installation.unit.city = "杭州市"
    installation.unit.save()
    assert refused(lambda: check_still_approved(KIND, installation.unit)) == "approval_void"
    assert approval_part(KIND, installation.unit).is_changed
    assert installation.ask().state == ApprovalState.OPEN, "asking anew makes the old one void"
    assert list(ApprovalRequest.objects.order_by("pk").values_list("state", flat=True)) == [
        "void",
        "open",
    ]


def test_nobody_approves_what_they_did_not_see(installation: Installation) -> None:
    installation.ask()
    before = installation.sha256
    installation.edit("浦西营业部")
    installation.ask()
    outdated = refused(lambda: installation.approve(installation.money, seen=before))
    assert outdated == "approval_outdated"
    installation.unit.city = "杭州市"
    installation.unit.save()
    asked = installation.request.sha256
    assert (
        refused(lambda: installation.approve(installation.money, seen=asked)) == "approval_outdated"
    )
    assert Approval.objects.count() == 0


def test_a_second_factor_given_just_now(installation: Installation) -> None:
    at = timezone.now()
    with known(second_factor_within=timedelta(minutes=5)):
        installation.ask()
        for given in (None, at - timedelta(minutes=6), at + timedelta(minutes=1)):
            call = partial(installation.approve, installation.money, second_factor_at=given, at=at)
            assert refused(call) == "second_factor_missing"
        installation.approve(installation.money, second_factor_at=at - timedelta(minutes=4), at=at)
    assert Approval.objects.get().second_factor_at == at - timedelta(minutes=4)


# --- every move -----------------------------------------------------------------------------------


def _request_in(installation: Installation, state: ApprovalState) -> ApprovalRequest:
    request = installation.ask()
    ways: dict[ApprovalState, Callable[[], object]] = {
        ApprovalState.APPROVED: installation.all_approve,
        ApprovalState.REFUSED: lambda: installation.refuse(installation.money),
        ApprovalState.VOID: lambda: installation.edit("改过的"),
        ApprovalState.WITHDRAWN: installation.withdraw,
    }
    if state in ways:
        ways[state]()
    return request


@pytest.mark.parametrize("frm", ApprovalState)
@pytest.mark.parametrize("to", ApprovalState)
def test_every_move_of_a_request(
    installation: Installation, frm: ApprovalState, to: ApprovalState
) -> None:
    """Each service makes the moves of the table and refuses all others, and so does the database."""
    request = _request_in(installation, frm)
    if (frm, to) == (ApprovalState.OPEN, ApprovalState.APPROVED):
        installation.approve(installation.money)
        installation.approve(installation.service)
    moves: dict[ApprovalState, Callable[[], object]] = {
        ApprovalState.APPROVED: lambda: installation.approve(installation.head),
        ApprovalState.REFUSED: lambda: installation.refuse(installation.money),
        ApprovalState.WITHDRAWN: installation.withdraw,
        ApprovalState.VOID: lambda: installation.edit("又改了"),
    }
    legal = APPROVAL_MOVES.allows(frm, to)
    if to in moves and legal:
        moves[to]()
        request.refresh_from_db()
        assert request.state == to
    elif to == ApprovalState.VOID:
        assert moves[to]() is False
    elif to in moves:
        assert refused(moves[to]) == "approval_not_open"
    request.refresh_from_db()
    if not legal:
        assert request.state == frm
        if frm != to:
            with pytest.raises(IntegrityError), transaction.atomic():
                ApprovalRequest.objects.filter(pk=request.pk).update(
                    state=to,
                    closed_at=timezone.now(),
                    closed_by=installation.maker,
                    waiting_roles=[],
                )


def test_a_refusal_says_why_and_what_was_refused_is_asked_anew(installation: Installation) -> None:
    installation.ask()
    installation.approve(installation.money)
    assert refused(lambda: installation.refuse(installation.service, " ")) == "reason_missing"
    assert refused(lambda: installation.refuse(installation.agent)) == "not_your_turn"
    request = installation.refuse(installation.service, "城市写错了")
    assert (request.state, request.close_reason) == (ApprovalState.REFUSED, "城市写错了")
    assert kinds_of(request) == ["approval.asked", "approval.given", "approval.refused"]
    assert installation.ask().pk != request.pk
    assert installation.all_approve().state == ApprovalState.APPROVED, (
        "the same persons may decide anew"
    )
    part = approval_part(KIND, installation.unit)
    assert [state for _request, state, _given in part.earlier] == [ApprovalState.REFUSED]


def test_one_request_is_live_at_a_time(installation: Installation) -> None:
    installation.ask()
    assert refused(installation.ask) == "approval_asked"
    installation.all_approve()
    assert refused(installation.ask) == "approval_asked"


# --- the database by itself -------------------------------------------------------------------------


def put(installation: Installation, **fields: object) -> Approval:
    values = {
        "request": installation.request,
        "round": 1,
        "seat": "money",
        "person": installation.money.person_key,
        "decision": Decision.APPROVED,
        "sha256": installation.request.sha256,
        "decided_at": timezone.now(),
        "decided_by": installation.money,
        **fields,
    }
    with transaction.atomic():
        return Approval.objects.create(**values)


def test_the_database_refuses_what_no_service_writes(installation: Installation) -> None:
    installation.ask()
    with pytest.raises(IntegrityError, match="made it"):
        put(installation, person=installation.maker.person_key, decided_by=installation.maker)
    with pytest.raises(IntegrityError, match="another content"):
        put(installation, sha256="0" * 64)
    put(installation)
    with pytest.raises(IntegrityError, match="approval_person_once"):
        put(installation, round=2, seat="head")
    with pytest.raises(IntegrityError, match="approval_seat_once"):
        put(installation, person=installation.service.person_key)
    with pytest.raises(IntegrityError, match="quorum"), transaction.atomic():
        ApprovalRequest.objects.update(
            state="approved",
            closed_at=timezone.now(),
            closed_by=installation.head,
            waiting_roles=[],
        )
    installation.withdraw()
    with pytest.raises(IntegrityError, match="nothing is approved"):
        put(installation, person=installation.service.person_key, seat="service")


@pytest.mark.parametrize(
    "change",
    [{"sha256": "0" * 64}, {"rounds": [{"quorum": 0, "seats": []}]}, {"maker_persons": ["staff:X"]}],
    ids=str,
)  # fmt: skip
def test_what_was_asked_for_is_not_changed(
    installation: Installation, change: dict[str, object]
) -> None:
    installation.ask()
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        ApprovalRequest.objects.update(**change)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE backoffice_approval SET person = 'staff:X'",
        "DELETE FROM backoffice_approval",
        "TRUNCATE backoffice_approval",
        "DELETE FROM backoffice_approvalrequest",
    ],
)
def test_approvals_stay(installation: Installation, statement: str) -> None:
    installation.ask()
    installation.approve(installation.money)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_fill_one_seat() -> None:
    installation = Installation()
    second = installation.person(Role.FINANCE)
    installation.ask()
    sha256 = installation.sha256
    start, outcomes = threading.Barrier(2), []

    def press(person: object) -> None:
        try:
            start.wait(timeout=LIMIT)
            installation.approve(person, seen=sha256)  # type: ignore[arg-type]  # a user
            outcomes.append("approved")
        except RuleBroken as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(p,)) for p in (installation.money, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=LIMIT)
    assert sorted(outcomes) == ["approved", "not_your_turn"]
    assert Approval.objects.count() == 1


# --- pages ----------------------------------------------------------------------------------------

LIST = "/admin/approvals/"


def test_the_panel_says_who_has_and_who_is_missing(installation: Installation) -> None:
    before = approval_part(KIND, installation.unit)
    assert [line.label for line in before.lines] == ["财务", "客服", "质控", "总经理"]
    assert not any(line.is_next for line in before.lines)
    installation.ask()
    installation.approve(installation.money)
    lines = {line.code: line for line in approval_part(KIND, installation.unit).lines}
    assert lines[Seats.MONEY].approval is not None
    assert lines[Seats.SERVICE].holders == [installation.service], (
        "not the second login of who approved"
    )
    assert set(lines[Seats.QUALITY].holders) == {installation.quality, installation.both}
    assert not lines[Seats.HEAD].is_next
    installation.approve(installation.quality)
    lines = {line.code: line for line in approval_part(KIND, installation.unit).lines}
    assert lines[Seats.SERVICE].is_spare and lines[Seats.HEAD].is_next


def test_what_waits_is_listed_for_those_whose_turn_it_is(
    client: Client, installation: Installation
) -> None:
    installation.ask()
    for person in (installation.money, installation.service, installation.money_again):
        sign_in(client, person)
        assert installation.unit.name in client.get(LIST).content.decode()
    for person in (installation.maker, installation.head, installation.agent):
        sign_in(client, person)
        assert installation.unit.name not in client.get(LIST).content.decode()
    installation.approve(installation.money)
    assert waiting_for(installation.money) == [] == waiting_for(installation.money_again)
    installation.withdraw()
    assert waiting_for(installation.service) == []
    assert kinds_of(installation.request)[-1] == "approval.withdrawn"


def test_what_one_may_not_see_is_not_listed(installation: Installation) -> None:
    installation.ask()
    assert len(waiting_for(installation.money)) == 1
    with known(visible_to=lambda _user: type(installation.unit).objects.none()):
        assert waiting_for(installation.money) == []


def test_the_list_is_for_staff(client: Client) -> None:
    assert client.get(LIST).status_code == 302, "signed out: to the sign-in page"
    sign_in(client, UserFactory())
    assert client.get(LIST).status_code == 200
    assert client.post(LIST).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(client: Client, rows: int) -> None:
    installation = Installation()
    for _n in range(rows):
        installation.unit = UnitFactory()
        installation.ask()
    with CaptureQueriesContext(connection) as queries:
        assert len(waiting_for(installation.money)) == rows
    assert len(queries) == 5, "roles, stand-ins, requests, their approvals, what is visible"
