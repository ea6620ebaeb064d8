"""Who may do live work, and every door that asks (STF-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.accounts.services import grant_role
from apps.chat.queries.seats import chat_settings, seated
from apps.chat.services.seats import open_seat
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, EntryKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.sla.models import Matter
from apps.training import services
from apps.training.enums import Area, Basis, ObservationPoint
from apps.training.models import Enrolment, Qualification, Requirement
from apps.training.queries import may_work, who_may_work
from tests.factories.accounts import UserFactory
from tests.factories.complaints import Team, case, new_case
from tests.factories.notifications import relay_all
from tests.factories.training import course, exam, passed, read_all, required, sat

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]
YEAR = timedelta(days=365)


@pytest.fixture
def team() -> Team:
    return Team()


def may(user: User, area: Area = Area.CASES, *, days: float = 0) -> bool:
    return may_work(user, area, timezone.now() + timedelta(days=days))


def waived(user: User, *, days: float = 30, area: Area = Area.CASES) -> Qualification:
    """Since a minute, as cases of these tests come in a moment ago."""
    now = timezone.now()
    return services.waive(
        user=user,
        area=area,
        until=now + timedelta(days=days),
        reason="老员工",
        by=UserFactory(),
        at=now - timedelta(minutes=1),
    )


def refused(act: Any, **given: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as refusal:
        act(**given)
    return refusal.value


def test_without_a_requirement_everybody_may(team: Team) -> None:
    assert may(team.agent) and may(team.director)


def test_with_one_those_of_the_role_who_passed_may_until_it_ends(team: Team) -> None:
    of = exam()
    row = required(of, valid_months=12)
    assert not may(team.agent) and may(team.director) and may(team.agent, Area.CHAT)
    passed(team.agent, of)
    assert may(team.agent) and may(team.agent, days=360) and not may(team.agent, days=367)
    assert may(system_user("sweeper"))
    services.end_requirement(row, by=UserFactory(), at=timezone.now())
    assert may(team.agent, days=367)


def test_many_are_asked_in_one_statement(team: Team) -> None:
    required(exam())
    people = [team.person(Role.AGENT) for _n in range(3)]
    waived(people[0])
    for some in (people[:1], people):
        with CaptureQueriesContext(connection) as asked:
            assert who_may_work([one.pk for one in some], Area.CASES, timezone.now()) == {
                people[0].pk
            }
        assert len(asked) == 1


def test_a_newcomer_neither_takes_nor_is_given_nor_answers_nor_chats(team: Team) -> None:
    required(exam())
    required(exam("chat", of=course("email")), area=Area.CHAT)
    row, at, new = case(team=team), timezone.now(), team.agent
    who = {"by": new, "at": at}
    assert refused(cases.take_case, case_id=row.pk, **who).code == "not_qualified"
    refusal = refused(cases.assign_case, case_id=row.pk, owner=new, by=team.director, at=at)
    assert (refusal.code, refusal.field) == ("not_qualified", "owner") and isinstance(
        refusal, BadInput
    )
    words = NewMessage(EntryKind.MESSAGE_OUT, "正在核实。", CaseChannel.PHONE)
    assert refused(cases.add_message, case_id=row.pk, message=words, **who).code == "not_qualified"
    solve = {"case_id": row.pk, "solution": "补送", "outcome": Outcome.RESOLVED}
    assert refused(cases.solve_case, **solve, **who).code == "not_qualified"
    assert refused(open_seat, **who).code == "not_qualified"
    mine = cases.open_case(new=new_case(unit=team.unit, keep=True), **who).case
    assert mine.owner != new
    cases.add_note(case_id=row.pk, text="旁听记录", **who)
    waived(new)
    waived(new, area=Area.CHAT)
    cases.take_case(case_id=row.pk, **who)
    cases.add_message(case_id=row.pk, message=words, **who)
    assert open_seat(**who).is_open


def test_a_seat_that_was_open_gets_no_chats_once_its_agent_is_not_qualified(team: Team) -> None:
    open_seat(by=team.agent, at=timezone.now())
    assert [one.user_id for one in seated(chat_settings(), database_now())] == [team.agent.pk]
    required(exam(), area=Area.CHAT)
    assert seated(chat_settings(), database_now()) == []


def test_the_unqualified_are_left_out_and_with_nobody_left_the_director_gets_it(team: Team) -> None:
    old, at = team.person(Role.AGENT), timezone.now()
    required(exam())
    waived(old)
    assert case(team=team).owner == old
    services.revoke(Qualification.objects.get(), reason="投诉属实", by=team.manager, at=at)
    row = case(team=team, contact_phone="13900001111")
    assert row.owner == team.director
    event = Event.objects.filter(kind="case.assigned", subject_id=str(row.pk)).get()
    assert event.data["how"] == "unqualified"


def test_going_live_gives_those_who_are_here_waivers_with_an_end(team: Team) -> None:
    until = timezone.now() + timedelta(days=60)
    required(exam(), waive_until=until)
    row = Qualification.objects.get()
    assert (row.user, row.basis, row.until) == (team.agent, Basis.WAIVER, until)
    assert may(team.agent) and not may(team.agent, days=61)
    assert Enrolment.objects.get().user == team.agent
    new = team.person(Role.AGENT)
    assert not may(new)
    assert not may(UserFactory(roles=[Role.AGENT]))


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_waiver_ends_on_a_day_to_come_within_a_year(team: Team, days: int) -> None:
    until = timezone.now() + timedelta(days=days)
    given = {"user": team.agent, "area": Area.CASES, "until": until, "reason": "老员工"}
    refusal = refused(services.waive, **given, by=UserFactory(), at=timezone.now())
    assert (refusal.code, refusal.field) == ("bad_end", "until")
    refusal = refused(required, of=exam(), waive_until=until)
    assert refusal.field == "waive_until" and not Requirement.objects.exists()


def test_nobody_is_lenient_with_themselves(team: Team) -> None:
    at, leader = timezone.now(), team.director
    until = at + timedelta(days=5)
    waive = {"user": leader, "area": Area.CASES, "until": until, "reason": "我行"}
    assert refused(services.waive, **waive, by=leader, at=at).code == "own_waiver"
    call = {
        "user": leader,
        "area": Area.CASES,
        "about": "12:00",
        "points_met": list(ObservationPoint),
        "remark": "",
    }
    assert refused(services.observe, **call, by=leader, at=at).code == "own_call"
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.create(
            user=leader, area="cases", basis="waiver", reason="x", since=at, until=until, at=at, by=leader
        )  # fmt: skip
    with pytest.raises(BadInput):
        services.waive(**{**waive, "reason": " ", "user": team.agent}, by=leader, at=at)


def test_never_two_at_once_and_the_next_ends_the_one_before(team: Team) -> None:
    of = exam()
    required(of)
    first = waived(team.agent)
    refusal = refused(
        services.waive, user=team.agent, area=Area.CASES, until=first.until, reason="再", by=UserFactory(),
        at=timezone.now(),
    )  # fmt: skip
    assert refusal.code == "qualified_already"
    passed(team.agent, of)
    first.refresh_from_db()
    second = Qualification.objects.get(basis=Basis.EXAM)
    assert first.until == second.since and first.revoked_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Qualification.objects.create(
            user=team.agent, area="cases", basis="waiver", reason="x", since=first.since,
            until=first.since + YEAR, at=first.at, by=first.by,
        )  # fmt: skip
    open_clocks = Matter.objects.filter(kind="qualification", state="open")
    assert [one.subject_id for one in open_clocks] == [str(second.pk)]


def test_manners_need_a_call_that_somebody_listened_to(team: Team) -> None:
    of = exam()
    required(of, needs_observation=True)
    passed(team.agent, of)
    assert not may(team.agent)
    call = {"user": team.agent, "area": Area.CASES, "about": "12:00 来电", "remark": ""}
    some = [one for one in ObservationPoint if one != ObservationPoint.READ_BACK]
    services.observe(**call, points_met=some, by=team.director, at=timezone.now())
    assert not may(team.agent)
    services.observe(**call, points_met=list(ObservationPoint), by=team.director, at=timezone.now())
    assert may(team.agent)


def test_a_new_colleague_is_enrolled_by_their_role_with_a_clock(team: Team) -> None:
    required(exam(of=course(lessons=2)))
    new = UserFactory()
    grant_role(user=new, role=Role.AGENT, unit=team.unit, since=timezone.now(), by=UserFactory())
    relay_all()
    row = Enrolment.objects.get(user=new)
    matter = Matter.objects.get(kind="training", subject_id=str(row.pk))
    assert matter.owner == new and matter.clocks.get().due_at == row.due_at
    read_all(new)
    row.refresh_from_db()
    matter.refresh_from_db()
    assert row.completed_at is not None and matter.state == "closed"


def test_it_warns_thirty_and_seven_days_before_and_at_the_end_the_director_has_the_cases(
    team: Team,
) -> None:
    required(exam())
    row = waived(team.agent, days=40)
    clock = Matter.objects.get(kind="qualification").clocks.get()
    offsets = sorted(step.offset_seconds for step in clock.target.steps.all())
    assert offsets[:1] == [-30 * 86_400] and -7 * 86_400 in offsets and 0 in offsets
    mine = case(team=team)
    assert mine.owner == team.agent
    # The end comes: the clock is what says so.
    Qualification.objects.filter(pk=row.pk).update(
        since=row.since - timedelta(days=50), until=timezone.now() - timedelta(minutes=1)
    )
    for _again in range(2):
        services.note_expired([row.pk], by=system_user("clocks"), at=timezone.now())
    relay_all()
    mine.refresh_from_db()
    assert mine.owner == team.director and not may(team.agent)
    assert Event.objects.filter(kind="qualification.expired").count() == 1
    how = Event.objects.filter(kind="case.assigned", data__how="lapsed")
    assert how.count() == 1


def test_what_is_revoked_hands_the_cases_over_too_and_renewing_keeps_them(team: Team) -> None:
    required(exam())
    row = waived(team.agent)
    mine = case(team=team)
    services.revoke(row, reason="投诉属实", by=team.manager, at=timezone.now())
    waived(team.agent)
    relay_all()
    assert Case.objects.get(pk=mine.pk).owner == team.agent, (
        "qualified again before it was handed over"
    )
    services.revoke(
        Qualification.objects.latest("pk"), reason="再次", by=team.manager, at=timezone.now()
    )
    relay_all()
    assert Case.objects.get(pk=mine.pk).owner == team.director
    refusal = refused(
        services.revoke, qualification=row, reason="x", by=team.manager, at=timezone.now()
    )
    assert refusal.code == "ended_already"


def test_a_failed_exam_qualifies_nobody(team: Team) -> None:
    of = exam()
    required(of)
    sat(team.agent, of, 3)
    assert not may(team.agent) and not Qualification.objects.exists()
