"""Merging, splitting, linking: nothing of what was said is lost (CMP-1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, LinkKind
from apps.complaints.inputs import CaseChanges, NewMessage
from apps.complaints.models import Case, CaseEntry, CaseLink
from apps.complaints.queries.clocks import clocks_of
from apps.complaints.queries.page import case_page
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.sla.models import Matter
from tests.at_once import all_at_once
from tests.complaints.conftest import kinds_of
from tests.factories.accounts import UserFactory, superuser
from tests.factories.complaints import case, message_in, new_case, who
from tests.factories.customers import CustomerFactory, png

pytestmark = pytest.mark.requirement("CMP-1")


@pytest.mark.django_db
def test_merging_keeps_every_word_readable_and_stops_the_clocks() -> None:
    source, target = case(description="货破了"), case(description="货坏了")
    message_in(source, "照片在附件")
    services.merge_cases(source_id=source.pk, target_id=target.pk, **who())
    source.refresh_from_db()
    assert source.state == CaseState.MERGED and source.merged_into == target
    assert not [c for c in clocks_of(source) if c.is_open]
    page = case_page(target.number, superuser())
    assert [line.of for line in page.lines].count(source.number) == 2
    assert "照片在附件" in [line.text for line in page.lines]
    assert [c.number for c in page.absorbed] == [source.number]
    assert "case.merged" in kinds_of(source) and "case.absorbed" in kinds_of(target)
    # What the customer writes to the old number arrives in the new case.
    entry = message_in(source, "还有一张")
    assert entry.case_id == target.pk


@pytest.mark.django_db
def test_a_chain_of_merges_ends_in_the_last_one() -> None:
    one, two, three = case(), case(), case()
    services.merge_cases(source_id=one.pk, target_id=two.pk, **who())
    services.merge_cases(source_id=two.pk, target_id=three.pk, **who())
    one.refresh_from_db()
    assert one.merged_into == three
    with pytest.raises(RuleBroken) as caught:
        services.merge_cases(source_id=three.pk, target_id=two.pk, **who())
    assert caught.value.code == "illegal_move"
    assert message_in(one).case_id == three.pk


@pytest.mark.django_db
def test_other_customers_cases_and_the_same_one_are_refused() -> None:
    one, two = case(customer=CustomerFactory()), case(customer=CustomerFactory())
    with pytest.raises(RuleBroken) as caught:
        services.merge_cases(source_id=one.pk, target_id=two.pk, **who())
    assert caught.value.code == "other_customer"
    with pytest.raises(RuleBroken) as caught:
        services.merge_cases(source_id=one.pk, target_id=one.pk, **who())
    assert caught.value.code == "same_case"


@pytest.mark.django_db
def test_a_case_that_nobody_has_goes_to_whoever_has_the_other() -> None:
    one, two = case(), case()
    owner = UserFactory()
    services.take_case(case_id=one.pk, **who(owner))
    merged = services.merge_cases(source_id=one.pk, target_id=two.pk, **who())
    assert merged.owner == owner
    assert {c.owner for c in clocks_of(two) if c.is_open} == {owner}


@pytest.mark.django_db
def test_links_move_along_and_stand_once() -> None:
    one, two, three = case(), case(), case()
    services.link_cases(case_id=three.pk, other_id=one.pk, kind=LinkKind.RELATED, **who())
    services.link_cases(case_id=one.pk, other_id=three.pk, kind=LinkKind.DUPLICATE, **who())
    link = CaseLink.objects.get()
    assert (link.first_id, link.second_id, link.kind) == (one.pk, three.pk, "duplicate")
    services.merge_cases(source_id=one.pk, target_id=two.pk, **who())
    link = CaseLink.objects.get()
    assert (link.first_id, link.second_id) == (two.pk, three.pk)
    services.unlink_cases(case_id=three.pk, other_id=two.pk, **who())
    with pytest.raises(RuleBroken):
        services.unlink_cases(case_id=three.pk, other_id=two.pk, **who())


@pytest.mark.django_db
def test_splitting_copies_the_words_and_files_and_starts_new_clocks() -> None:
    made = case()
    message = NewMessage(EntryKind.MESSAGE_IN, "另外上周的费用也不对", CaseChannel.EMAIL)
    files = [NewFile(png(), "账单.png")]
    entry = services.add_message(case_id=made.pk, message=message, files=files, **who())
    new = services.split_case(
        case_id=made.pk, entry_ids=[entry.pk], title="费用", case_class=CaseClass.INQUIRY, **who()
    )
    copy = new.entries.get(kind=EntryKind.MESSAGE_IN)
    assert copy.text == entry.text and copy.copied_from == entry and copy.at == entry.at
    assert copy.files.get().key != entry.files.get().key
    assert copy.files.get().path == entry.files.get().path
    assert CaseLink.objects.get().kind == LinkKind.SPLIT
    assert [c for c in clocks_of(new) if c.is_open]
    for wrong in ([], [entry.pk, case().entries.get().pk]):
        with pytest.raises(BadInput):
            services.split_case(
                case_id=made.pk,
                entry_ids=wrong,
                title="x",
                case_class=CaseClass.INQUIRY,
                **who(),
            )


@pytest.mark.django_db(transaction=True)
def test_two_merges_in_opposite_directions_leave_one_case() -> None:
    by = UserFactory()
    for _round in range(5):
        one, two = case(), case()

        def merge(a: Case, b: Case) -> Callable[[], Any]:
            now = timezone.now()
            return lambda: services.merge_cases(source_id=a.pk, target_id=b.pk, by=by, at=now)

        raised = all_at_once(merge(one, two), merge(two, one))
        refused = [error for error in raised if error is not None]
        assert len(refused) == 1 and isinstance(refused[0], RuleBroken)
        states = set(Case.objects.filter(pk__in=[one.pk, two.pk]).values_list("state", flat=True))
        assert CaseState.MERGED in states and len(states) == 2
        assert (
            Matter.objects.filter(state="open", subject_id__in=[str(one.pk), str(two.pk)]).count()
            == 1
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_at_once_do_not_overwrite_each_other() -> None:
    made, people = case(), [UserFactory(), UserFactory()]

    def save(n: int) -> Callable[[], Any]:
        return lambda: services.change_case(
            case_id=made.pk,
            version=made.version,
            changes=CaseChanges(title=f"标题 {n}"),
            by=people[n],
            at=timezone.now(),
        )

    raised = all_at_once(save(0), save(1))
    refused = [error for error in raised if error is not None]
    assert len(refused) == 1 and getattr(refused[0], "code", "") == "changed_meanwhile"


@pytest.mark.django_db(transaction=True)
def test_one_source_key_opens_one_case_from_any_number_of_doors() -> None:
    by, new = UserFactory(), new_case(source_key="api:1:order-42")
    opened: list[bool] = []

    def run() -> None:
        opened.append(services.open_case(new=new, by=by, at=timezone.now()).is_new)

    raised = all_at_once(*[run] * 4)
    assert raised == [None] * 4
    assert sorted(opened) == [False, False, False, True]
    assert Case.objects.count() == CaseEntry.objects.count() == 1
    assert Matter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_a_message_to_a_case_that_is_being_merged_is_not_lost(_round: int) -> None:
    by = UserFactory()
    one, two = case(), case()
    message = NewMessage(EntryKind.MESSAGE_IN, "还有一句", CaseChannel.EMAIL)
    raised = all_at_once(
        lambda: services.merge_cases(source_id=one.pk, target_id=two.pk, by=by, at=timezone.now()),
        lambda: services.add_message(case_id=one.pk, message=message, by=by, at=timezone.now()),
    )
    assert raised == [None, None]
    lines = case_page(two.number, superuser()).lines
    assert [line.text for line in lines].count("还有一句") == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_message_at_once_is_taken_in_once() -> None:
    made, by = case(), UserFactory()
    message = NewMessage(EntryKind.MESSAGE_IN, "重复", CaseChannel.EMAIL, external_id="<9@mail>")

    def run() -> None:
        services.add_message(case_id=made.pk, message=message, by=by, at=timezone.now())

    assert all_at_once(*[run] * 3) == [None] * 3
    assert CaseEntry.objects.filter(external_id="<9@mail>").count() == 1
    assert connection.in_atomic_block is False
