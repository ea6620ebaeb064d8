"""Staff pages and what customers see: who may open them, their main jobs, their statements."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.incidents import services
from apps.incidents.enums import Effect, IncidentState, Level, Seat
from apps.incidents.models import Drill, Incident, NoticeRecipient, Plan
from apps.tracking.models import LateShipment
from apps.tracking.services.late import find_late
from tests.factories import incidents as f
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import case
from tests.factories.shipments import level

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]


def own(client: Client, address: str, **given: Any) -> tuple[str, int]:
    """The page, and how many statements it asked of this app."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, given)
    assert answer.status_code == 200
    return answer.text, sum('"incidents_' in q["sql"] or " incidents_" in q["sql"] for q in queries)


def unit_with_manager(client: Client) -> tuple[Any, Any]:
    unit, boss = f.unit_with_manager()
    sign_in(client, boss)
    return unit, boss


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_and_board_take_the_same_statements(client: Client, rows: int) -> None:
    unit, boss = unit_with_manager(client)
    for n in range(rows):
        f.plan(unit, boss, code=f"plan-{n}", drill_months=1)
        f.parcel(customer=f.customer())
        f.running(unit, boss)
    for name, most in (("incident", 1), ("drill", 1), ("plan", 1)):
        _text, asked = own(client, reverse(f"admin:incidents_{name}_changelist"))
        assert asked <= most, name
    text, asked = own(client, reverse("admin:incidents_incident_board"))
    assert text.count("inc-card") == rows and asked <= 5
    page = reverse("admin:incidents_incident_change", args=[Incident.objects.latest("pk").pk])
    text, asked = own(client, page)
    assert asked <= 16


def declared_by_form(client: Client, **fields: Any) -> Any:
    now = timezone.localtime()
    stamp = "%Y-%m-%dT%H:%M"
    given = {
        "title": "杭州大雪", "title_en": "Snow at Hangzhou", "kind": "weather", "level": "general",
        "cities": "杭州、嘉兴", "legs": ["pickup", "transit", "delivery"], "effect": "extended",
        "extra_hours": "24", "text_zh": "杭州大雪。", "text_en": "Snow.",
        "starts_at": (now - f.HOUR).strftime(stamp), "ends_at": (now + f.DAY).strftime(stamp),
        "happened_at": (now - f.HOUR).strftime(stamp), "known_at": (now - f.HOUR).strftime(stamp),
        **fields,
    }  # fmt: skip
    return client.post(reverse("admin:incidents_incident_add"), given)


def test_declared_on_its_page(client: Client) -> None:
    unit, _boss = unit_with_manager(client)
    f.parcel(customer=f.customer())
    count = reverse("admin:incidents_incident_count")
    now = timezone.localtime()
    typed = {"cities": "杭州", "legs": ["transit"], "starts_at": now.strftime("%Y-%m-%dT%H:%M"),
             "ends_at": (now + f.DAY).strftime("%Y-%m-%dT%H:%M")}  # fmt: skip
    assert "<strong>1" in client.get(count, typed).text
    assert "<strong>" not in client.get(count, {**typed, "cities": "哥谭"}).text
    assert client.get(reverse("admin:incidents_incident_add")).status_code == 200
    assert declared_by_form(client, unit=unit.pk, cities="").status_code == 422
    everywhere = {"unit": unit.pk, "cities": "", "everywhere": "on"}
    refused = declared_by_form(client, **everywhere)
    assert refused.status_code == 422 and not Incident.objects.exists()
    answer = declared_by_form(client, unit=unit.pk)
    incident = Incident.objects.get()
    assert answer.status_code == 302 and incident.scopes.get().cities == ["杭州", "嘉兴"]
    page = client.get(reverse("admin:incidents_incident_change", args=[incident.pk])).text
    assert incident.number in page


def test_run_to_its_end_on_its_page(client: Client) -> None:
    unit, boss = unit_with_manager(client)
    concerned = f.customer()
    f.parcel(customer=concerned)
    incident = f.running(unit, boss)

    def act(name: str, row: int | None = None, **typed: Any) -> int:
        given = [incident.pk, name] + ([row] if row else [])
        address = reverse("admin:incidents_incident_act", args=given)
        fields = typed if row else {f"{name}-{key}": value for key, value in typed.items()}
        return client.post(address, fields).status_code

    page = reverse("admin:incidents_incident_change", args=[incident.pk])
    assert concerned.display_name in client.get(page).text
    assert concerned.display_name not in client.get(page, {"customers": "untold"}).text
    assert act("take-seat", seat=Seat.ON_THE_SPOT, user=boss.pk) == 302
    assert act("notice", text_zh="仍在铲雪。", text_en="Still clearing.") == 302
    recipients = NoticeRecipient.objects.filter(customer=concerned).latest("pk")
    assert act("called", recipients.pk, reached="on") == 302
    task = incident.tasks.filter(done_at=None).first()
    assert task is not None and act("give", task.pk, owner=boss.pk) == 302
    assert act("done", task.pk, proof="已发短信") == 302
    assert act("announce", until=(timezone.localtime() + f.DAY).strftime("%Y-%m-%dT%H:%M")) == 302
    assert client.get(reverse("admin:incidents_incident_act", args=[incident.pk, "extend"])).status_code == 200  # fmt: skip
    seat = incident.seats.get(seat=Seat.COMMAND)
    assert act("leave-seat", seat.pk) == 302
    assert act("stable") == 422, "nobody has the command"
    assert act("take-seat", seat=Seat.COMMAND, user=boss.pk) == 302
    assert act("stable") == 302 and act("over") == 302 and act("close") == 422
    services.work_incidents()
    f.acted_on(incident, boss)
    f.finish_steps(incident, boss)
    sheet = reverse("admin:incidents_incident_sheet", args=[incident.pk])
    first, again = client.get(sheet), client.get(sheet)
    assert first.content.startswith(b"%PDF-") and first.content == again.content
    assert act("close") == 302
    incident.refresh_from_db()
    assert incident.state == IncidentState.CLOSED


def test_plans_and_drills_on_their_pages(client: Client) -> None:
    unit, boss = unit_with_manager(client)
    given = {
        "name": "雪天预案", "code": "snow", "kind": "weather", "level": "general", "unit": unit.pk,
        "steps": "指挥 15 停止发车\n现场 30 拍照上报!\n上报 60 报告邮政管理部门", "text_zh": "大雪。",
        "text_en": "Snow.", "drill_months": 6, "update_minutes": 120, "review_months": 12,
    }  # fmt: skip
    add = reverse("admin:incidents_plan_add")
    wrong = client.post(add, {**given, "steps": "指挥 停止发车"})
    assert wrong.status_code == 422 and "1" in wrong.text
    assert client.post(add, given).status_code == 302
    plan = Plan.objects.get()
    steps = plan.current.steps.all()
    assert [(step.seat, step.needs_proof, step.kind) for step in steps] == [
        ("command", False, "ordinary"), ("on_the_spot", True, "ordinary"),
        ("records", False, "authority"),
    ]  # fmt: skip
    page = client.get(reverse("admin:incidents_plan_change", args=[plan.pk]))
    assert "停止发车" in page.text
    again = reverse("admin:incidents_plan_act", args=[plan.pk, "rewrite"])
    assert "指挥 15 停止发车" in client.get(again).text
    drill = Drill.objects.get()
    hold = reverse("admin:incidents_drill_act", args=[drill.pk, "hold"])
    typed = {"hold-people": [boss.pk], "hold-minutes": "10 20", "hold-findings": "链条不足"}
    assert client.post(hold, typed).status_code == 422, "three steps"
    assert client.post(hold, {**typed, "hold-minutes": "10 45 20"}).status_code == 302
    assert "链条不足" in client.get(reverse("admin:incidents_drill_change", args=[drill.pk])).text
    reviewed = reverse("admin:incidents_plan_act", args=[plan.pk, "reviewed"])
    assert client.post(reviewed).status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_which_door(client: Client, role: Role) -> None:
    unit, boss = f.unit_with_manager()
    incident = f.declared(unit, boss)
    sign_in(client, UserFactory(roles=[role]))
    sees = {Role.AGENT, Role.FREIGHT_CLERK, Role.WAREHOUSE_MANAGER, Role.SALES, Role.FINANCE}
    declares = {Role.DISPATCHER, Role.DIRECTOR, Role.DELIVERY_MANAGER}
    leads = {Role.PROJECT_MANAGER, Role.DEPARTMENT_MANAGER, Role.QC_MANAGER,
             Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER}  # fmt: skip
    doors = {
        reverse("admin:incidents_incident_board"): sees | declares | leads,
        reverse("admin:incidents_incident_change", args=[incident.pk]): sees | declares | leads,
        reverse("admin:incidents_incident_count"): declares | leads,
        reverse("admin:incidents_incident_add"): declares | leads,
        reverse("admin:incidents_incident_act", args=[incident.pk, "stable"]): declares | leads,
        reverse("admin:incidents_incident_act", args=[incident.pk, "withdraw"]): leads,
        reverse("admin:incidents_plan_add"): leads,
    }
    for address, may in doors.items():
        passed = client.get(address).status_code == 200
        assert passed == (role in may), (address, role)


def test_what_customers_and_agents_read(client: Client) -> None:
    level()
    unit, boss = f.unit_with_manager()
    soon = timezone.now() + f.HOUR
    waybill = f.parcel(customer=f.customer(), expected_at=soon)
    held = f.parcel(destination="嘉兴市", customer=waybill.customer)
    f.running(unit, boss)
    f.running(unit, boss, title="嘉兴封路", title_en="Road closed at Jiaxing",
              where=f.where("嘉兴"), effect=Effect.HELD, extra_hours=0)  # fmt: skip
    public = client.get(reverse("portal:shipment", args=[waybill.number])).text
    assert "杭州大雪，干线停运" in public
    assert "预计送达" not in public, "an estimate from before it was held would say an earlier time"
    assert "嘉兴封路" in client.get(reverse("portal:shipment", args=[held.number])).text
    about = case(waybill=waybill, customer=waybill.customer, unit=unit, by=boss)
    sign_in(client, boss)
    assert "IN" in client.get(reverse("desk:shipment", args=[waybill.number])).text
    panel = "admin:incidents_incident_beside"
    for model, pk in (("complaints.case", about.pk), ("tracking.waybill", waybill.pk)):
        assert "杭州大雪" in client.get(reverse(panel, args=[model, pk])).text
    assert client.get(reverse(panel, args=["customers.customer", 1])).status_code == 404
    assert client.get(reverse(panel, args=["complaints.case", 0])).status_code == 404


def test_the_late_list_says_held_by(client: Client) -> None:
    level()
    unit, boss = f.unit_with_manager()
    waybill = f.parcel(at=timezone.now() - 5 * f.DAY, promised_at=timezone.now() - 3 * f.DAY)
    find_late(by=boss)
    late = LateShipment.objects.get()
    incident = f.running(unit, boss, level=Level.GENERAL)
    sign_in(client, boss)
    address = reverse("admin:tracking_lateshipment_changelist")
    assert late.waybill == waybill
    shown = waybill.number[-4:]
    assert shown not in client.get(address).text, "not late while it is held"
    assert incident.number in client.get(address, {"state": "held"}).text
