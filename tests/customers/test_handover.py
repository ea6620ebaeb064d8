"""ORD-3: the service handover form, its signatures in order, and what acceptance starts."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from apps.backoffice.queries.approvals import approval_part, content_of, waiting_for
from apps.core.errors import RuleBroken
from apps.customers import services
from apps.customers.approvals import HANDOVER
from apps.customers.enums import CustomerStatus, HandoverState, SigningRole
from apps.customers.models import HandoverForm
from apps.customers.rules import order_owner, required_signatures
from apps.customers.states import HANDOVER_MOVES
from apps.events.models import Event
from apps.sla.enums import ClockState, MatterState
from apps.sla.models import Clock, Matter
from tests.factories.accounts import UserFactory
from tests.factories.customers import Signers, form_values, signatures_of
from tests.refusing import refused
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("ORD-3")]


@pytest.fixture
def signers() -> Signers:
    return Signers()


@pytest.mark.parametrize(
    ("storage", "delivery", "order"),
    [
        (False, False, ["sales", "general_manager"]),
        (True, False, ["sales", "warehouse_manager", "general_manager"]),
        (False, True, ["sales", "delivery_manager", "general_manager"]),
        (True, True, ["sales", "warehouse_manager", "delivery_manager", "general_manager"]),
    ],
)
def test_departments_involved_sign_in_order(
    signers: Signers, storage: bool, delivery: bool, order: list[str]
) -> None:
    form = signers.in_signing(needs_storage=storage, needs_delivery=delivery)
    assert [role.value for role in required_signatures(form)] == order
    form = signers.accept(form)
    assert form.state == HandoverState.ACCEPTED
    assert list(signatures_of(form).values_list("seat", flat=True)) == order
    assert {s.sha256 for s in signatures_of(form)} == {content_of(HANDOVER, form)[1]}
    assert form.accepted_by == signers.general


def test_acceptance_starts_the_trial_and_takes_over_what_was_agreed(signers: Signers) -> None:
    at = timezone.now()
    form = signers.accept(signers.in_signing(trial_days=14), at=at)
    customer = form.customer
    customer.refresh_from_db()
    assert customer.status == CustomerStatus.TRIAL
    assert customer.trial_until == timezone.localdate(at) + timedelta(days=14)
    assert customer.settlement_cycle_days == 45
    assert order_owner(customer, at) == signers.director
    assert order_owner(customer, at + timedelta(days=15)) == signers.agent
    kinds = set(Event.objects.filter(subject_id=str(customer.pk)).values_list("kind", flat=True))
    assert {"customer.handover_accepted", "customer.trial_started"} <= kinds


def test_without_trial_days_the_customer_is_active_at_once(signers: Signers) -> None:
    form = signers.accept(signers.in_signing(trial_days=0))
    form.customer.refresh_from_db()
    assert form.customer.status == CustomerStatus.ACTIVE


def test_without_a_director_the_last_signature_is_refused_and_nothing_changes() -> None:
    signers = Signers()
    signers.director.is_active = False
    signers.director.save()
    form = signers.in_signing(needs_delivery=False)
    services.sign_handover_form(form, by=signers.sales, at=timezone.now())
    code = refused(lambda: services.sign_handover_form(form, by=signers.general, at=timezone.now()))
    form.refresh_from_db()
    assert code == "no_director"
    assert form.state == HandoverState.IN_SIGNING
    assert signatures_of(form).count() == 1


def test_who_may_not_sign(signers: Signers) -> None:
    at = timezone.now()
    form = signers.in_signing(needs_storage=True)
    sign = services.sign_handover_form
    assert refused(lambda: sign(form, by=signers.drafter, at=at)) == "maker_approves"
    assert refused(lambda: sign(form, by=signers.general, at=at)) == "not_your_turn"
    assert refused(lambda: sign(form, by=signers.agent, at=at)) == "not_your_turn"
    root = UserFactory(is_superuser=True)
    assert refused(lambda: sign(form, by=root, at=at)) == "not_your_turn"
    sign(form, by=signers.sales, at=at)
    assert refused(lambda: sign(form, by=signers.sales, at=at)) == "not_your_turn"
    assert refused(lambda: sign(form, by=signers.delivery, at=at)) == "not_your_turn"
    assert signatures_of(form).count() == 1


def test_one_person_with_two_roles_signs_once(signers: Signers) -> None:
    from apps.accounts.enums import Role

    both = UserFactory(roles=[Role.SALES, Role.DELIVERY_MANAGER], unit=signers.unit)
    form = signers.in_signing()
    services.sign_handover_form(form, by=both, at=timezone.now())
    code = refused(lambda: services.sign_handover_form(form, by=both, at=timezone.now()))
    assert code == "approved_twice"


def test_sending_back_opens_the_form_and_starts_a_new_round(signers: Signers) -> None:
    at = timezone.now()
    form = signers.in_signing()
    services.sign_handover_form(form, by=signers.sales, at=at)
    back = services.send_back_handover_form
    assert refused(lambda: back(form, reason=" ", by=signers.delivery, at=at)) == "reason_missing"
    assert (
        refused(lambda: back(form, reason="价格不对", by=signers.sales, at=at)) == "not_your_turn"
    )
    form = back(form, reason="没有车", by=signers.delivery, at=at)
    assert (form.state, form.round) == (HandoverState.DRAFT, 2)
    form = services.change_handover_form(form, {"goods": "鞋"}, by=signers.drafter, at=at)
    form = services.submit_handover_form(form, by=signers.drafter, at=at)
    assert approval_part(HANDOVER, form).lines[0].is_next, (
        "the sales manager signs the changed form again"
    )
    form = signers.accept(form)
    assert form.state == HandoverState.ACCEPTED
    hashes = set(signatures_of(form).values_list("request", "sha256"))
    assert len(hashes) == 2, "each round shows the content it was signed for"


def test_a_form_being_signed_is_frozen(signers: Signers) -> None:
    form = signers.in_signing()
    change = services.change_handover_form
    assert (
        refused(lambda: change(form, {"goods": "酒"}, by=signers.drafter, at=timezone.now()))
        == "form_frozen"
    )


def test_what_is_signed_is_read_in_the_order_of_the_paper(signers: Signers) -> None:
    form = signers.in_signing(job_types=["door_to_door", "dedicated"])
    with override("en"):
        content = approval_part(HANDOVER, form).content
        fields = [HandoverForm._meta.get_field(name) for name in HandoverForm.CONTENT]
        names = [str(getattr(field, "verbose_name", "")).lower() for field in fields]
    assert [label.lower() for label, _text in content] == names
    assert dict(content)["Job types"] == "Door to door, Dedicated vehicle"
    assert dict(content)["Needs storage"] == "no"


def test_turning_down_is_the_general_managers_while_signing(signers: Signers) -> None:
    at = timezone.now()
    form = signers.in_signing()
    turn_down = services.turn_down_handover_form
    assert (
        refused(lambda: turn_down(form, reason="不做", by=signers.sales, at=at))
        == "not_general_manager"
    )
    form = turn_down(form, reason="信用不良", by=signers.general, at=at)
    assert form.state == HandoverState.REJECTED
    again = services.draft_handover_form(form.customer, form_values(), by=signers.drafter, at=at)
    assert again.state == HandoverState.DRAFT


def test_one_form_is_under_way_at_a_time(signers: Signers) -> None:
    form = signers.in_signing()
    draft = services.draft_handover_form
    code = refused(
        lambda: draft(form.customer, form_values(), by=signers.drafter, at=timezone.now())
    )
    assert code == "form_under_way"
    with pytest.raises(IntegrityError), transaction.atomic():
        HandoverForm.objects.create(
            customer=form.customer, created_by=signers.drafter, **form_values()
        )


@pytest.mark.parametrize("frm", HandoverState)
@pytest.mark.parametrize("to", HandoverState)
def test_every_move_of_the_form(signers: Signers, frm: HandoverState, to: HandoverState) -> None:
    """Each service refuses every state but those the table allows, and says so."""
    at = timezone.now()
    form = signers.in_signing(needs_delivery=False)
    if frm == HandoverState.DRAFT:
        form = services.send_back_handover_form(form, reason="改一下", by=signers.sales, at=at)
    elif frm == HandoverState.ACCEPTED:
        form = signers.accept(form)
    elif frm == HandoverState.REJECTED:
        form = services.turn_down_handover_form(form, reason="不做", by=signers.general, at=at)
    elif to == HandoverState.ACCEPTED:
        services.sign_handover_form(form, by=signers.sales, at=at)
    moves: dict[HandoverState, Callable[[], HandoverForm]] = {
        HandoverState.DRAFT: lambda: services.send_back_handover_form(
            form, reason="改一下", by=signers.sales, at=at
        ),
        HandoverState.IN_SIGNING: lambda: services.submit_handover_form(
            form, by=signers.drafter, at=at
        ),
        HandoverState.ACCEPTED: lambda: services.sign_handover_form(
            form, by=signers.general, at=at
        ),
        HandoverState.REJECTED: lambda: services.turn_down_handover_form(
            form, reason="不做", by=signers.general, at=at
        ),
    }
    if HANDOVER_MOVES.allows(frm, to):
        assert moves[to]().state == to
    else:
        assert refused(moves[to]) in {"illegal_move", "not_in_signing"}
        form.refresh_from_db()
        assert form.state == frm


def test_a_signature_is_never_changed(signers: Signers) -> None:
    form = signers.in_signing()
    services.sign_handover_form(form, by=signers.sales, at=timezone.now())
    for sql in (
        "UPDATE backoffice_approval SET reason = 'x'",
        "DELETE FROM backoffice_approval",
        "TRUNCATE backoffice_approval",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(sql)


def test_the_panel_says_who_signs_next(signers: Signers) -> None:
    form = signers.in_signing(needs_storage=True)
    services.sign_handover_form(form, by=signers.sales, at=timezone.now())
    panel = approval_part(HANDOVER, form).lines
    assert [line.code for line in panel if line.is_next] == [SigningRole.WAREHOUSE]
    assert panel[0].approval is not None
    assert panel[1].holders == [signers.warehouse]
    (waiting,) = waiting_for(signers.warehouse)
    assert (waiting.request.subject_id, waiting.request.title) == (
        str(form.pk),
        f"{form.number} {form.customer.name}",
    )
    assert waiting_for(signers.delivery) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_put_one_signature() -> None:
    """Two people of the same role press the button together: one signs, the other is told."""
    signers = Signers()
    second = UserFactory(roles=["sales"], unit=signers.unit)
    form = signers.in_signing()
    start, outcomes = threading.Barrier(2), []

    def sign(person: object) -> None:
        try:
            start.wait(timeout=LIMIT)
            services.sign_handover_form(form, by=person, at=timezone.now())  # type: ignore[arg-type]  # a user
            outcomes.append("signed")
        except RuleBroken as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(p,)) for p in (signers.sales, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=LIMIT)
    assert sorted(outcomes) == ["not_your_turn", "signed"]
    assert signatures_of(form).count() == 1


# --- its clock -----------------------------------------------------------------------------------


def matter_of(form: HandoverForm) -> Matter:
    return Matter.objects.get(subject_type="customers.handoverform", subject_id=str(form.pk))


def clocks_of(form: HandoverForm) -> list[Clock]:
    return list(matter_of(form).clocks.order_by("cycle"))


def test_a_form_is_signed_within_three_working_days(signers: Signers) -> None:
    form = signers.in_signing()
    (clock,) = clocks_of(form)
    assert (clock.metric, clock.seconds, clock.calendar.code) == ("paperwork", 24 * 3600, "office")
    assert clock.owner == form.submitted_by and clock.unit == form.customer.unit
    assert matter_of(form).title.startswith(form.number)
    signers.accept(form)
    (clock,) = clocks_of(form)
    assert (clock.state, clock.met_by) == (ClockState.MET, signers.general)


def test_sent_back_it_waits_for_nobody_and_sent_round_again_it_has_its_time_anew(
    signers: Signers,
) -> None:
    form = signers.in_signing()
    at = timezone.now()
    services.send_back_handover_form(form, reason="写明卸货要求", by=signers.sales, at=at)
    (clock,) = clocks_of(form)
    assert (clock.state, matter_of(form).state) == (ClockState.STOPPED, MatterState.CLOSED)
    services.submit_handover_form(form, by=signers.drafter, at=at)
    first, second = clocks_of(form)
    assert (first.state, second.state) == (ClockState.STOPPED, ClockState.RUNNING)
    assert second.started_at > first.started_at


def test_turned_down_nobody_is_chased(signers: Signers) -> None:
    form = signers.in_signing()
    turn_down = services.turn_down_handover_form
    turn_down(form, reason="价格谈不拢", by=signers.general, at=timezone.now())
    assert matter_of(form).stop_reason == "价格谈不拢"
    draft = services.draft_handover_form(
        signers.customer(), form_values(), by=signers.drafter, at=timezone.now()
    )
    turn_down(draft, reason="客户放弃", by=signers.drafter, at=timezone.now())
    assert not Matter.objects.filter(subject_id=str(draft.pk)).exists()
