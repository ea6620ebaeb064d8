"""The customer's own states and data; contacts and places with their personal data."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import BadInput
from apps.customers import services
from apps.customers.enums import CustomerStatus, SiteUse
from apps.customers.models import Contact, Customer, CustomerSite
from apps.customers.queries import director_for, order_defaults
from apps.customers.states import CUSTOMER_MOVES
from apps.events.models import Event
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.customers import (
    ContactFactory,
    CustomerFactory,
    CustomerSiteFactory,
    Signers,
    days,
    form_values,
    ready_customer,
)
from tests.refusing import refused

pytestmark = pytest.mark.django_db


def last_event() -> Event:
    event = Event.objects.order_by("-pk").first()
    assert event is not None
    return event


@pytest.mark.requirement("ORD-3")
@pytest.mark.parametrize("frm", CustomerStatus)
@pytest.mark.parametrize("to", CustomerStatus)
def test_every_move_of_a_customer(frm: CustomerStatus, to: CustomerStatus) -> None:
    signers, at = Signers(), timezone.now()
    boss = signers.general
    customer = signers.customer(
        status=frm,
        status_reason="因故" if frm in ("suspended", "closed") else "",
        director=signers.director,
        trial_until=days(5) if frm == "trial" or to == "trial" else None,
    )

    def activate() -> Customer:
        if frm == CustomerStatus.TRIAL:
            return services.end_trial(customer, by=boss, at=at)
        if frm == CustomerStatus.SUSPENDED:
            return services.resume_customer(customer, by=boss, at=at)
        form = services.draft_handover_form(
            customer, form_values(trial_days=0), by=signers.drafter, at=at
        )
        services.submit_handover_form(form, by=signers.drafter, at=at)
        return signers.accept(form).customer

    def begin_trial() -> Customer:
        if frm == CustomerStatus.SUSPENDED:
            return services.resume_customer(customer, by=boss, at=at)
        return services.start_trial(customer, until=days(30), by=boss, at=at)

    moves: dict[CustomerStatus, Callable[[], Customer]] = {
        CustomerStatus.PROSPECT: lambda: services.reopen_customer(customer, by=boss, at=at),
        CustomerStatus.TRIAL: begin_trial,
        CustomerStatus.ACTIVE: activate,
        CustomerStatus.SUSPENDED: lambda: services.suspend_customer(
            customer, reason="欠款", by=boss, at=at
        ),
        CustomerStatus.CLOSED: lambda: services.close_customer(
            customer, reason="停业", by=boss, at=at
        ),
    }
    if CUSTOMER_MOVES.allows(frm, to):
        moves[to]()
        customer.refresh_from_db()
        assert customer.status == to
    elif frm == to == CustomerStatus.ACTIVE:
        moves[to]()  # a new form for an active customer leaves it active
        customer.refresh_from_db()
        assert customer.status == to
    else:
        assert refused(moves[to]) in {"illegal_move", "customer_stopped"}
        customer.refresh_from_db()
        assert customer.status == frm


@pytest.mark.requirement("ORD-3")
def test_trials_end_by_themselves_once_their_last_day_has_passed() -> None:
    director = UserFactory()
    trial = {"status": "trial", "director": director}
    over = CustomerFactory(trial_until=days(-1), **trial)
    last_day = CustomerFactory(trial_until=days(0), **trial)
    assert services.end_due_trials() == 1
    assert services.end_due_trials() == 0
    over.refresh_from_db()
    last_day.refresh_from_db()
    assert (over.status, last_day.status) == ("active", "trial")
    assert last_event().kind == "customer.trial_ended"
    assert services.end_due_trials(now=timezone.now() + timedelta(days=1)) == 1


@pytest.mark.requirement("ORD-3")
def test_a_trial_is_extended_forward_and_within_reason() -> None:
    boss, at = UserFactory(), timezone.now()
    customer = CustomerFactory(status="trial", director=boss, trial_until=days(5))
    extend = services.extend_trial
    assert refused(lambda: extend(customer, until=days(4), by=boss, at=at)) == "trial_not_longer"
    assert refused(lambda: extend(customer, until=days(999), by=boss, at=at)) == "trial_end"
    assert extend(customer, until=days(20), by=boss, at=at).trial_until == days(20)
    assert (
        refused(lambda: extend(CustomerFactory(), until=days(9), by=boss, at=at)) == "not_on_trial"
    )


def test_a_trial_ended_early_stays_ended_after_a_suspension() -> None:
    boss, at = UserFactory(), timezone.now()
    customer = CustomerFactory(status="trial", director=boss, trial_until=days(5))
    services.end_trial(customer, by=boss, at=at)
    services.suspend_customer(customer, reason="欠款", by=boss, at=at)
    assert services.resume_customer(customer, by=boss, at=at).status == CustomerStatus.ACTIVE


@pytest.mark.requirement("ORD-3")
def test_the_nearest_director_above_the_unit_takes_a_trial_over() -> None:
    head = UnitFactory()
    branch = UnitFactory(parent=head)
    assert director_for(branch) is None
    far = UserRoleFactory(role="director", unit=head).user
    assert director_for(branch) == far
    near = UserRoleFactory(role="director", unit=branch).user
    assert director_for(branch) == near
    assert director_for(head) == far


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "trial", "trial_until": None},
        {"status": "suspended"},
        {"status": "closed"},
        {"status": "whatever"},
        {"code": "small"},
        {"name": "", "pinyin": "", "pinyin_initials": ""},
        {"settlement_cycle_days": 999},
        {"credit_limit": "-1"},
        {"reopened_at": timezone.now()},
    ],
)
def test_the_database_refuses_an_impossible_customer(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerFactory(**wrong)


def test_codes_are_given_or_numbered_and_never_twice() -> None:
    who, at, unit = UserFactory(), timezone.now(), UnitFactory()
    create = services.create_customer
    assert create({"name": "甲", "unit": unit, "code": "abc-1"}, by=who, at=at).code == "ABC-1"
    numbered = [create({"name": "乙", "unit": unit}, by=who, at=at).code for _ in range(2)]
    assert numbered[0] < numbered[1]
    for values in ({"name": "丙", "code": "ABC-1"}, {"name": "丁", "code": "有"}, {"name": " "}):
        with pytest.raises(BadInput):
            create({**values, "unit": unit}, by=who, at=at)
    with pytest.raises(TypeError, match="status"):
        create({"name": "戊", "unit": unit, "status": "active"}, by=who, at=at)


def test_a_change_says_from_what_to_what_and_nothing_when_nothing_changed() -> None:
    customer, who = CustomerFactory(settlement_cycle_days=30), UserFactory()
    change = services.change_customer
    change(customer, {"settlement_cycle_days": 45}, by=who, at=timezone.now())
    assert last_event().data == {"settlement_cycle_days": "30 → 45"}
    count = Event.objects.count()
    change(customer, {"settlement_cycle_days": 45}, by=who, at=timezone.now())
    assert Event.objects.count() == count


def test_personal_data_is_encrypted_masked_and_out_of_events() -> None:
    who, at = UserFactory(), timezone.now()
    customer = CustomerFactory()
    values = {"name": "王小明", "phone": "138 0013 8000", "email": "Wang@Example.com"}
    contact = services.add_contact(customer, values, by=who, at=at)
    site = services.add_site(
        customer,
        {
            "label": "仓库",
            "city": "上海市",
            "address": "上海市浦东新区世纪大道100号501室",
            "contact_name": "李四",
            "phone": "13900139000",
        },
        by=who,
        at=at,
    )
    services.change_contact(contact, {"phone": "13700137000"}, by=who, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, email FROM customers_contact")
        cursor2 = cursor.fetchone()
        cursor.execute("SELECT address, phone FROM customers_customersite")
        stored = " ".join([*cursor2, *cursor.fetchone()])
    answers = " ".join(str(e.data) for e in Event.objects.all())
    for secret in ("13800138000", "13700137000", "13900139000", "example.com", "世纪大道"):
        assert secret not in stored
        assert secret not in answers
    contact.refresh_from_db()
    assert contact.masked_phone == "137********"
    assert "501" not in site.masked_address


def test_revealing_needs_a_reason_and_is_on_record() -> None:
    contact, site, who = ContactFactory(), CustomerSiteFactory(), UserFactory()
    at = timezone.now()
    assert refused(lambda: services.reveal_contact(contact, reason=" ", by=who, at=at)) == (
        "reason_missing"
    )
    assert not Event.objects.exists()
    shown = services.reveal_contact(contact, reason="客户要求回电", by=who, at=at)
    assert shown.phone == contact.phone
    event = last_event()
    assert (event.kind, event.by, event.data["reason"]) == (
        "customer.contact_revealed",
        who,
        "客户要求回电",
    )
    assert services.reveal_site(site, reason="司机找不到", by=who, at=at).address == site.address


@pytest.mark.requirement("ORD-4")
def test_choosing_the_company_fills_the_order_and_is_on_record() -> None:
    customer = ready_customer(settlement_method="cod", follow_up_default="A")
    CustomerSiteFactory(customer=customer, label="门店", use=SiteUse.DELIVERY)
    filled = services.fill_order(customer, by=UserFactory(), at=timezone.now())
    assert filled.settlement_method == "cod"
    assert filled.follow_up_class == "A"
    assert filled.contact_name == "李仓管"
    assert filled.address.startswith("上海市")
    assert last_event().kind == "customer.order_filled"


@pytest.mark.requirement("ORD-4")
def test_defaults_with_less_on_file() -> None:
    customer = CustomerFactory()
    empty = order_defaults(customer)
    assert (empty.phone, empty.address, empty.company) == ("", "", customer.name)
    contact = ContactFactory(customer=customer)
    assert order_defaults(Customer.objects.get(pk=customer.pk)).phone == contact.phone


def test_the_usual_contact_and_place_hand_over() -> None:
    customer, who, at = CustomerFactory(), UserFactory(), timezone.now()
    first = ContactFactory(customer=customer, default_pickup=True)
    services.add_contact(
        customer, {"name": "新人", "phone": "13800000001", "default_pickup": True}, by=who, at=at
    )
    first.refresh_from_db()
    assert not first.default_pickup
    place = CustomerSiteFactory(customer=customer, is_default=True)
    other = CustomerSiteFactory(customer=customer)
    services.change_site(other, {"is_default": True}, by=who, at=at)
    place.refresh_from_db()
    assert not place.is_default
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerSite.objects.update(is_default=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.update(default_pickup=True)


def test_what_is_out_of_use_stays_but_is_not_offered() -> None:
    contact, site, who, at = ContactFactory(), CustomerSiteFactory(), UserFactory(), timezone.now()
    services.retire_contact(contact, by=who, at=at)
    services.retire_site(site, by=who, at=at)
    assert refused(lambda: services.retire_contact(contact, by=who, at=at)) == "retired_already"
    assert refused(lambda: services.retire_site(site, by=who, at=at)) == "retired_already"
    assert order_defaults(contact.customer).phone == ""


@pytest.mark.parametrize("phone", ["", "123", "abc", "电话"])
def test_a_phone_that_is_none_is_refused(phone: str) -> None:
    values = {"name": "王", "phone": phone}
    with pytest.raises(BadInput):
        services.add_contact(CustomerFactory(), values, by=UserFactory(), at=timezone.now())
    assert not Contact.objects.exists()
