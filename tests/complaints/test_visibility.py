"""What one may not see cannot be found by list, search, number, page or service (STF-3, CMP-1)."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.cases import LIVE_ONLY, CaseFilter, case_list
from apps.complaints.queries.history import (
    history_of,
    open_cases_of_waybill,
    possible_duplicates,
)
from apps.complaints.queries.page import case_page, file_of
from apps.core.files import NewFile
from apps.core.typed import LONGEST_SEVERAL
from apps.customers.models import CustomerScope
from apps.desk.queries.load import team_load
from apps.quality.models import ExceptionReport
from apps.quality.queries.exceptions import exception_list, exception_page
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.complaints import (
    PHONE,
    Team,
    case,
    case_in,
    closed,
    exception,
    message_in,
    new_case,
    who,
)
from tests.factories.customers import CustomerFactory, png
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


def stranger() -> User:
    user: User = UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope=ObjectScope.UNITS)
    return user


def merchant(customer: Any) -> User:
    user: User = UserFactory(scope=ObjectScope.CUSTOMERS)
    CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return user


def found(user: User, text: str) -> list[Case]:
    return list(case_list(user, CaseFilter(text=text)))


def test_strangers_find_nothing_whatever_they_try(team: Team) -> None:
    shipment = waybill(customer=CustomerFactory(unit=team.unit, name="上海锦绣贸易"))
    opened = services.open_case(
        new=new_case(
            waybill=shipment,
            description="羽绒服包装破损",
            contact_email="a@b.example",
        ),
        files=[NewFile(png(), "a.png")],
        **who(team.agent),
    )
    made, file = opened.case, CaseFile.objects.get()
    report = exception(case=made)
    keys = [
        made.number,
        PHONE,
        "a@b.example",
        "王小明",
        "羽绒服",
        "破损",
        "锦绣",
        "jinxiu",
        "sjxmy",
    ]
    keys += [shipment.number, shipment.number[:8]]
    for user in (stranger(), merchant(CustomerFactory()), UserFactory(is_active=False)):
        assert list(case_list(user)) == []
        for key in keys:
            assert found(user, key) == [], key
        assert list(history_of(user, phone=PHONE, customer_id=shipment.customer_id)) == []
        assert list(open_cases_of_waybill(user, shipment.pk)) == []
        same = {"waybill_id": shipment.pk, "phone": PHONE, "at": timezone.now()}
        assert possible_duplicates(user, **same) == []
        assert list(exception_list(user)) == [] and team_load(user) == []
        with pytest.raises(Case.DoesNotExist):
            case_page(made.number, user)
        with pytest.raises(CaseFile.DoesNotExist):
            file_of(str(file.key), user)
        with pytest.raises(ExceptionReport.DoesNotExist):
            exception_page(report.number, user)
        for act in (
            lambda user=user: services.take_case(case_id=made.pk, **who(user)),
            lambda user=user: services.add_note(case_id=made.pk, text="x", **who(user)),
            lambda user=user: message_note(made, user),
        ):
            with pytest.raises(Case.DoesNotExist):
                act()
    assert list(Case.objects.visible_to(AnonymousUser())) == []  # type: ignore[arg-type]  # nobody


def message_note(made: Case, user: User) -> None:
    services.merge_cases(source_id=made.pk, target_id=case().pk, **who(user))


def test_those_concerned_find_it_by_every_way(team: Team) -> None:
    customer = CustomerFactory(unit=team.unit, name="上海锦绣贸易有限公司")
    shipment = waybill(customer=customer)
    made = case(
        by=team.agent,
        waybill=shipment,
        description="羽绒服包装破损，model AB-1234",
        contact_email="A@b.example",
    )
    case(
        customer=customer,
        description="发票抬头不对",
        contact_phone="13700000001",
        contact_name="李四",
    )
    for key in (
        made.number,
        made.number.lower(),
        f" {PHONE} ",
        "a@B.example",
        "王小明",
        "羽绒服",
        "破损",
        "包装破损",
        "ab-1234",
        "ab 1234",
        shipment.number,
    ):
        assert found(team.agent, key) == [made], key
    assert len(found(team.agent, made.number[:10])) == 2
    for key in ("锦绣", "jinxiu", "上海锦绣贸易有限公司"):
        assert len(found(team.agent, key)) == 2, key
    for key in ("破", "不存在的词", "13700000009", "\x00", "x" * 500):
        assert found(team.agent, key) == [], key
    assert len(found(team.agent, "")) == 2
    assert found(merchant(customer), "羽绒") == [made]


def test_what_was_said_later_is_found_too_but_never_a_phone_or_name(team: Team) -> None:
    made = case(team=team)
    message_in(made, "快递柜里的紫砂壶碎了，联系人：赵钱孙 13611112222")
    assert found(team.agent, "紫砂壶") == [made]
    assert found(team.agent, "11112222") == [] and found(team.agent, "钱孙") == []


def test_a_unit_sees_its_own_and_below_an_owner_sees_it_anywhere(team: Team) -> None:
    below = UnitFactory(parent=team.unit)
    made = case(unit=below, by=team.director)
    assert list(case_list(team.director)) == [made]
    other = stranger()
    services.assign_case(case_id=made.pk, owner=other, **who(team.director))
    assert list(case_list(other)) == [made]
    elsewhere = UserFactory(scope=ObjectScope.UNITS)
    UserRoleFactory(user=elsewhere, role=Role.QC_MANAGER, unit=below)
    assert list(case_list(elsewhere)) == [made]


def test_filters_narrow_the_list(team: Team) -> None:
    one = case(team=team)
    two = case(team=team, case_class="loss", channel="email", contact_phone="13700000002")
    three = closed(case(team=team, contact_phone="13700000003"))
    mine = {"states": (LIVE_ONLY,)}
    agent = team.agent
    checks: list[tuple[dict[str, Any], set[Case]]] = [
        ({}, {one, two, three}),
        (mine, {one, two}),
        ({"states": ("closed",)}, {three}),
        ({"states": ("closed", LIVE_ONLY)}, {one, two, three}),
        ({"classes": ("loss",)}, {two}),
        ({"channels": ("email",)}, {two}),
        ({"severities": ("major",)}, set()),
        ({"owner_id": agent.pk}, {one, two, three}),
        ({"unowned": True}, set()),
        ({"unit_id": team.unit.pk}, {one, two, three}),
        ({"awaiting": True}, {two}),
        ({"cause_code": "delivery"}, {three}),
        ({"opened_before": one.created_at}, set()),
        ({"waybill_id": 1}, set()),
    ]
    for values, expected in checks:
        assert set(case_list(agent, CaseFilter(**values))) == expected, values
    typed = {"states": ["live", "nonsense"], "owner_id": "12x", "unowned": "1", "text": "a" * 2_999}
    cleaned = CaseFilter.of(typed)
    assert cleaned.states == ("live",) and cleaned.owner_id is None and cleaned.unowned
    assert len(cleaned.text) == LONGEST_SEVERAL and CaseFilter.of({}) == CaseFilter()


def test_history_and_duplicates_name_the_likeliest_first(team: Team) -> None:
    customer = CustomerFactory(unit=team.unit)
    shipment = waybill(customer=customer)
    same_shipment = case(by=team.agent, waybill=shipment, contact_phone="13700000001")
    same_phone = case(team=team, contact_phone="13700000009")
    alike = case(
        by=team.agent, customer=customer, description="发票抬头开错了请重开", contact_phone=""
    )
    case(by=team.agent, customer=customer, description="问一下价格", contact_phone="")
    case_in("cancelled", waybill=shipment, contact_phone="13700000001")  # type: ignore[arg-type]  # its value
    rows = possible_duplicates(
        team.agent,
        at=timezone.now(),
        waybill_id=shipment.pk,
        customer_id=customer.pk,
        phone="137 0000 0009",
        text="发票抬头开错了",
    )
    assert [row.case for row in rows] == [same_shipment, same_phone, alike]
    assert [str(row.reasons[0]) for row in rows] == ["waybill", "phone", "words"]
    assert list(history_of(team.agent, phone="13700000009")) == [same_phone]
    assert history_of(team.agent).count() == 0
    assert possible_duplicates(team.agent, at=timezone.now(), phone="13") == []
    assert list(open_cases_of_waybill(team.agent, shipment.pk)) == [same_shipment]


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_and_pages_cost_the_same_however_much_there_is(team: Team, rows: int) -> None:
    for n in range(rows):
        made = case(
            team=team, waybill=waybill(customer=CustomerFactory()), contact_phone=f"1370000000{n}"
        )
        exception(case=made)
        for k in range(n):
            message_in(made, f"第 {k} 封")
    user = team.general
    user.scope = ObjectScope.ALL
    checks = [
        (1, lambda: [(c.customer, c.waybill, c.owner, c.unit) for c in case_list(user)]),
        (5, lambda: list(case_list(user, CaseFilter(text="包装 联系")))),
        (1, lambda: [(r.waybill, r.cause, r.owner) for r in exception_list(user)]),
        (3, lambda: team_load(user)),
        (13, lambda: case_page(made.number, user)),
    ]
    for most, work in checks:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            work()
        assert len(seen) <= most, [q["sql"][:90] for q in seen]
