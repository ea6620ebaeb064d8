"""Taking a case down with the customer on the line (CMP-1)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import Draft
from apps.complaints.models import Case, CaseEntry
from apps.tracking.models import Waybill
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.complaints import PHONE, Team, case, closed
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order

pytestmark = pytest.mark.django_db
INTAKE = "admin:complaints_case_intake"
CONTEXT = "admin:complaints_case_context"
SAID = "说好昨天送到，现在还没有人联系我"


def form(**changes: Any) -> dict[str, Any]:
    typed = {
        "draft_key": str(uuid4()),
        "contact_phone": PHONE,
        "contact_name": "王小明",
        "case_class": "complaint",
        "description": SAID,
        "channel": "phone",
        "language": "zh-hans",
        **changes,
    }
    return {name: value for name, value in typed.items() if value is not None}


@pytest.fixture
def waybill(team: Team) -> Waybill:
    customer = ready_customer(unit=team.unit, agent=team.agent, name="上海云裳服饰有限公司")
    found: Waybill = Waybill.objects.get(work_orders=confirmed_order(customer, by=team.agent))
    return found


def text(answer: Any) -> str:
    assert answer.status_code == 200, (answer.status_code, answer.get("Location"))
    shown: str = answer.content.decode()
    return shown


@pytest.mark.requirement("CMP-1")
def test_a_case_is_taken_down_assigned_and_read_to_the_caller(
    client: Client, agent: User, team: Team, waybill: Waybill
) -> None:
    answer = client.post(reverse(INTAKE), form(waybill=waybill.number))
    made = Case.objects.get()
    assert answer["Location"] == reverse("admin:complaints_case_opened", args=[made.number])
    assert (made.waybill, made.customer, made.owner) == (waybill, waybill.customer, team.agent)
    assert made.is_direct and made.handed_over_at and made.contact_phone == "+8613812345678"
    assert CaseEntry.objects.get().text == SAID
    aloud = text(client.get(answer["Location"]))
    assert made.number in aloud and str(team.agent) in aloud
    assert "data-due=" in aloud, "what happens next has due times"
    for leader in (team.manager, team.qc, team.general):
        assert str(leader) in aloud


@pytest.mark.requirement("CMP-1")
def test_typing_a_waybill_shows_shipment_customer_history_duplicates_and_guide(
    client: Client, agent: User, team: Team, waybill: Waybill
) -> None:
    earlier = closed(case(team=team, waybill=waybill, contact_phone="13900001111"))
    live = case(team=team, waybill=waybill, title="外包装破损")
    shown = text(client.post(reverse(CONTEXT), form(waybill=waybill.number)))
    assert waybill.number in shown and "云裳" in shown and "北京市" in shown
    assert earlier.number in shown and f'value="{live.number}"' in shown
    assert "投诉怎么接" in shown, "the guide of the class"
    assert "13800000002" not in shown and "张三" not in shown and "建国路" not in shown


@pytest.mark.requirement("CMP-1")
def test_a_phone_or_a_name_finds_shipments_customers_and_cases(
    client: Client, agent: User, team: Team, waybill: Waybill
) -> None:
    known = case(team=team, contact_phone=PHONE)
    by_phone = text(client.post(reverse(CONTEXT), form(contact_phone="13800000002")))
    assert f'data-value="{waybill.number}"' in by_phone
    assert known.number in text(client.post(reverse(CONTEXT), form()))
    by_name = text(client.post(reverse(CONTEXT), form(contact_phone="", contact_name="ysfs")))
    assert f'data-value="{waybill.customer_id}"' in by_name


@pytest.mark.requirement("CMP-1")
def test_the_severity_is_proposed_by_rule_with_its_reason(client: Client, agent: User) -> None:
    shown = text(client.post(reverse(CONTEXT), form(description="再不处理我就找媒体曝光")))
    assert "tag-red" in shown and "提到媒体、监管或诉讼" in shown
    client.cookies["yipiao_language"] = "en"
    shown = text(client.post(reverse(CONTEXT), form(description="再不处理我就找媒体曝光")))
    assert "Mentions media, regulator or court" in shown
    client.post(reverse(INTAKE), form(description="再不处理我就找媒体曝光"))
    assert Case.objects.get().severity == "major"


def test_a_mistyped_waybill_is_said_in_words(client: Client, agent: User, waybill: Waybill) -> None:
    wrong = waybill.number[:-1] + str((int(waybill.number[-1]) + 1) % 10)
    assert "⚠" in text(client.post(reverse(CONTEXT), form(waybill=wrong)))
    refused = text(client.post(reverse(INTAKE), form(waybill=wrong)))
    assert 'id="errors"' in refused and SAID in refused and not Case.objects.exists()


@pytest.mark.requirement("CMP-1")
def test_sent_twice_it_is_one_case(client: Client, agent: User) -> None:
    sent = form()
    first, second = client.post(reverse(INTAKE), sent), client.post(reverse(INTAKE), sent)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"case_class": None}, "case_class"),
        ({"description": " "}, "description"),
        ({"contact_phone": ""}, "contact_phone"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"severity": "major"}, "severity_reason"),
        ({"brought_at": "2999-01-01T10:00"}, "brought_at"),
        ({"channel": "carrier pigeon"}, "channel"),
        ({"waybill": "不存在的单号1"}, "waybill"),
    ],
)
def test_a_mistake_names_its_field_and_loses_nothing(
    client: Client, agent: User, missing: dict[str, Any], field: str
) -> None:
    sent = form(**missing)
    refused = client.post(reverse(INTAKE), sent)
    assert refused.context["form"].errors.get(field), refused.context["form"].errors
    assert "王小明" in text(refused) and not Case.objects.exists()
    draft = Draft.objects.get(owner=agent)
    assert str(draft.key) == sent["draft_key"]
    again = text(client.get(reverse(INTAKE), {"draft": str(draft.key)}))
    assert "王小明" in again
    with connection.cursor() as cursor:
        cursor.execute("SELECT form || summary FROM backoffice_draft")
        assert "王小明" not in cursor.fetchone()[0], "a draft is encrypted, its summary masked"


def test_nobody_to_call_back_must_be_said(client: Client, agent: User) -> None:
    answer = client.post(reverse(INTAKE), form(contact_phone="", no_contact="on"))
    assert answer.status_code == 302 and Case.objects.get().contact_phone == ""


@pytest.mark.requirement("CMP-1")
def test_the_draft_is_kept_while_typing_and_belongs_to_its_owner(
    client: Client, agent: User, team: Team
) -> None:
    key, url = str(uuid4()), reverse("admin:complaints_case_draft")
    assert client.post(url, {"draft_key": key, "description": "皮鞋湿了"}).json()["kept"]
    assert "皮鞋湿了" in text(client.get(reverse(INTAKE), {"draft": key}))
    assert client.get(url).status_code == 400
    assert client.post(url, {"draft_key": "x"}).status_code == 400
    assert client.post(url, {"draft_key": key, "description": "a" * 70_000}).status_code == 400
    assert client.post(url, {"draft_key": key, "description": "a\x00"}).status_code == 400
    sign_in(client, team.person(Role.AGENT))
    assert "皮鞋湿了" not in text(client.get(reverse(INTAKE), {"draft": key}))
    sign_in(client, agent)
    client.post(url, {"draft_key": key, "forget": "1"})
    assert not Draft.objects.exists()


@pytest.mark.requirement("CMP-1")
def test_what_is_there_already_gets_the_words_instead_of_a_second_case(
    client: Client, agent: User, team: Team
) -> None:
    known = case(team=team)
    sent = form(add_to=known.number, description="刚才又打来，问什么时候有结果")
    answer = client.post(reverse(INTAKE), sent)
    assert answer["Location"] == reverse("admin:complaints_case_page", args=[known.number])
    client.post(reverse(INTAKE), sent)
    assert Case.objects.count() == 1
    assert [e.kind for e in known.entries.order_by("pk")] == ["call_in", "call_in"]
    assert "什么时候有结果" in known.entries.last().text  # type: ignore[union-attr]  # two are there


def test_what_one_may_not_see_takes_no_words(client: Client, agent: User) -> None:
    other = case(team=Team())
    refused = client.post(reverse(INTAKE), form(add_to=other.number))
    assert refused.status_code == 200 and other.entries.count() == 1
    assert SAID in text(refused), "what was typed is kept"


@pytest.mark.requirement("STF-3")
def test_what_another_unit_has_does_not_stand_beside(client: Client, agent: User) -> None:
    away = Team()
    customer = ready_customer(unit=away.unit, agent=away.agent, name="上海云裳服饰有限公司")
    waybill = Waybill.objects.get(work_orders=confirmed_order(customer, by=away.agent))
    theirs = case(team=away, waybill=waybill, contact_phone=PHONE)
    for typed in (
        form(waybill=waybill.number),
        form(contact_phone="13800000002"),
        form(contact_name="ysfs"),
        form(customer=str(customer.pk)),
    ):
        shown = text(client.post(reverse(CONTEXT), typed)).replace(typed.get("waybill", "-"), "")
        for secret in (theirs.number, "云裳", waybill.number, "北京市"):
            assert secret not in shown, typed
    refused = client.post(reverse(INTAKE), form(waybill=waybill.number))
    assert refused.context["form"].errors["waybill"]
    assert client.post(reverse(INTAKE), form(customer=str(customer.pk))).status_code == 200
    assert Case.objects.count() == 1


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize("role", [Role.FINANCE, Role.DISPATCHER, Role.IT_ADMIN])
def test_who_takes_no_cases_down_finds_no_form(client: Client, role: Role) -> None:
    sign_in(client, UserFactory(roles=[role], unit=UnitFactory(), scope="units"))
    for name in (INTAKE, CONTEXT, "admin:complaints_case_draft"):
        assert client.post(reverse(name), form()).status_code in (403, 404), name
    assert client.get(reverse(INTAKE)).status_code in (403, 404)
    assert not Case.objects.exists()


def test_beside_costs_the_same_for_one_case_and_for_three(
    client: Client, agent: User, team: Team, waybill: Waybill
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            text(client.post(reverse(CONTEXT), form(waybill=waybill.number)))
        return len(seen)

    case(team=team, waybill=waybill)
    client.post(reverse(CONTEXT), form(waybill=waybill.number))
    one = queries()
    case(team=team, waybill=waybill)
    case(team=team, waybill=waybill)
    assert queries() == one <= 32


def test_an_address_may_bring_the_waybill_along(
    client: Client, agent: User, waybill: Waybill
) -> None:
    shown = text(client.get(reverse(INTAKE), {"waybill": waybill.number, "evil": "<b>"}))
    assert f'value="{waybill.number}"' in shown and "云裳" in shown and "<b>" not in shown
