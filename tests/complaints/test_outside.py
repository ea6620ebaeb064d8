"""What people outside may see and do: links, words, taking back (CMP-1, CMP-7)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Outcome
from apps.complaints.models import Case
from apps.complaints.queries.links import case_of_token, is_right_word, tag_of, tagged, token_of
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.inquiries.classes import class_of, is_outright
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.complaints import Team, case, case_in, new_case, who

pytestmark = pytest.mark.requirement("CMP-1")


@pytest.mark.django_db
def test_a_link_and_a_tag_are_two_keys() -> None:
    made, other = case(), case()
    assert case_of_token(token_of(made)) == made
    assert len(token_of(made)) == len(made.number) + 1 + 22
    number, word = tagged(f"Re: 包装 [{tag_of(made)}]")[0]
    assert number == made.number and is_right_word(made, word)
    assert not is_right_word(other, word) and not is_right_word(made, "")
    assert word not in token_of(made)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_tags(text: str) -> None:
    for number, word in tagged(text):
        assert number.startswith("CS") and (word == "" or len(word) == 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("箱子破损，杯子碎了", CaseClass.DAMAGE),
        ("The parcel arrived DAMAGED", CaseClass.DAMAGE),
        ("显示签收但我没收到", CaseClass.LOSS),
        ("two items are missing", CaseClass.LOSS),
        ("快递员态度恶劣，要投诉", CaseClass.COMPLAINT),
        ("I want a refund, this is unacceptable", CaseClass.COMPLAINT),
        ("请问到哪了", None),
        ("Where is my parcel?", None),
        ("plate number, template, relate", None),
        ("", None),
    ],
)
def test_words_tell_the_class(text: str, found: CaseClass | None) -> None:
    assert class_of(text) == found


def test_outright_words() -> None:
    assert is_outright("我要投诉你们") and is_outright("I wish to complain")
    assert not is_outright("箱子破了")


@given(st.text(max_size=500))
def test_no_text_breaks_the_reader_of_words(text: str) -> None:
    assert class_of(text) in (None, *CaseClass)


@pytest.mark.django_db
@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (CaseState.NEW, CaseState.CANCELLED),
        (CaseState.OPEN, CaseState.SOLVED),
        (CaseState.WAITING, CaseState.SOLVED),
        (CaseState.SOLVED, CaseState.SOLVED),
        (CaseState.CLOSED, None),
        (CaseState.MERGED, None),
        (CaseState.CANCELLED, None),
    ],
)
def test_taking_back_in_each_state(state: CaseState, ends: CaseState | None) -> None:
    of = case_in(state)
    if ends is None:
        with pytest.raises(RuleBroken):
            services.withdraw_case(case_id=of.pk, reason="", **who())
        return
    services.withdraw_case(case_id=of.pk, reason="找到了 13812345678", **who())
    of.refresh_from_db()
    assert of.state == ends
    event = Event.objects.get(kind="case.withdrawn", subject_id=str(of.pk))
    assert "13812345678" not in str(event.data)
    if ends == CaseState.SOLVED:
        assert of.confirmed_at is not None and not of.awaits_answer
        # Its owner closes it, with the cause: what went wrong does not vanish.
        assert of.outcome == Outcome.WITHDRAWN or state == CaseState.SOLVED


@pytest.mark.django_db
def test_a_new_case_with_an_owner_is_not_lost_by_taking_it_back() -> None:
    of = case(team=Team(), by=UserFactory(), channel=CaseChannel.WEB)
    assert of.state == CaseState.NEW and of.owner is not None
    services.withdraw_case(case_id=of.pk, reason="", **who())
    of.refresh_from_db()
    assert (of.state, of.outcome) == (CaseState.SOLVED, Outcome.WITHDRAWN)


@pytest.mark.django_db
def test_the_same_words_are_one_case_only_for_the_same_person_and_shipment() -> None:
    unit = UnitFactory()
    values = {"channel": CaseChannel.WEB, "unit": unit, "description": "坏了"}

    def send(**more: object) -> Case:
        new = new_case(**{**values, **more})
        return services.take_report(new=new, key=uuid4(), **who()).case

    first = send()
    assert send() == first
    assert send(contact_phone="13900000001") != first
    assert send(description="又坏了") != first
    Case.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert send() != first
