"""Names, phones and addresses show in clear only where the job needs them or a reason is on record.

Every staff address that names a row is opened by every role; what the rows keep encrypted must not
be on the page (STF-3).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.backoffice.models import ImportFile
from apps.chat.models import Chat
from apps.complaints.admin.acts import ALL as CASE_ACTS
from apps.complaints.models import Case
from apps.core.sheets import write_xlsx
from apps.customers.models import Contact, Customer, CustomerSite
from apps.events.models import Event
from apps.notifications.models import Delivery, PhoneTask
from apps.orders import services as orders
from apps.orders.admin.acts import ACTS as ORDER_ACTS
from apps.orders.admin.tasks import TASK_ACTS
from apps.orders.enums import PrintKind
from apps.orders.models import FollowUpTask, PrintJob, PrintRecord, WorkOrder
from apps.quality.models import ExceptionReport
from apps.sla.models import Clock
from apps.tracking.models import EventBatch, RefusedEvent, Waybill
from apps.tracking.services import ingest
from tests import databases
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.chats import agent, round_the_clock, visitor
from tests.factories.complaints import case, exception, message_in, message_out, who
from tests.factories.customers import ContactFactory, CustomerSiteFactory, ready_customer
from tests.factories.imports import hand_in
from tests.factories.notifications import relay_all
from tests.factories.orders import confirmed_order, order, phone_order
from tests.factories.tracking import event, report
from tests.orders.test_intake import GOOD, HEAD

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
SENDER = {
    "pickup_contact": "欧阳慕青",
    "pickup_phone": "13911114455",
    "pickup_address": "上海市浦东新区锦绣里88弄6号楼",
}
CONSIGNEE = {
    "delivery_contact": "诸葛清风",
    "delivery_phone": "13922225566",
    "delivery_address": "北京市朝阳区桂花巷77号院9号楼",
}
SECRETS = (
    *("欧阳慕青", "诸葛清风", "上官婉柔", "尉迟明远", "宇文山"),
    *("13911114455", "13922225566", "13933336677", "13944447788", "13955558899"),
    *("锦绣里88弄", "桂花巷77号", "wanrou@", "竹影路66号"),
)
# Where the words are read aloud or typed while the order is still being agreed (ORD-1, ORD-4).
AGREEING = {"orders_workorder_edit", "orders_workorder_read_back", "orders_workorder_confirm"}
# Paths that a browser follows by itself or that lead elsewhere have no page of a row.
NO_PAGE = re.compile(r"_history$|_delete$|view_on_site|account_|sign_|password|_file$|_evidence$")
FLOORS = re.compile(
    r"orders_|tracking_|complaints_|customers_|notifications_|inquiries_|sla_clock|backoffice_"
)
DESK = re.compile(r"^(shipment|open|chat)")
REVEALS = r"(revealed|printed)$"


@dataclass
class Installation:
    """Rows whose people are known, in every state that has a page; ``files`` is where theirs are."""

    files: Path
    unconfirmed: list[WorkOrder] = field(default_factory=list)
    rows: dict[str, list[Model]] = field(default_factory=dict)
    waybill: Waybill | None = None

    def ids(self, label: str) -> list[str]:
        return [str(row.pk) for row in self.rows.get(label, [])]


@pytest.fixture(scope="module")
def one_installation(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """Made once for all roles: each test takes back what it did to it."""
    files = tmp_path_factory.mktemp("house")
    with django_db_blocker.unblock():
        with override_settings(MEDIA_ROOT=files):
            made = _installation(files)
        yield made
        databases.clean()


@pytest.fixture
def installation(db: None, one_installation: Installation, settings: Any) -> Installation:
    settings.MEDIA_ROOT = one_installation.files
    return one_installation


def _installation(files: Path) -> Installation:
    people = {**SENDER, **CONSIGNEE}
    customer = ready_customer()
    ContactFactory(customer=customer, name="李经理", phone="+8613944447788")
    site = {"contact_name": "仓管", "phone": "+8613955558899"}
    CustomerSiteFactory(customer=customer, address="上海市浦东新区竹影路66号", **site)
    confirmed, ready, spoken, cancelled = (
        confirmed_order(customer, **people),
        order(customer, **people),
        phone_order(customer, **people),
        order(customer, **people),
    )
    orders.cancel_order(order_id=cancelled.pk, reason="客户取消", **who())
    waybill = confirmed.issued.first().waybill  # type: ignore[union-attr]  # issued just now
    report(waybill, "picked_up")
    # Carriers write people into every field of a scan.
    words = "诸葛清风 13922225566，桂花巷77号院9号楼"
    scans = [event(waybill, "arrived", **{name: words}) for name in ("place", "city", "text")]
    scans += [event(waybill, "no_such_code", text=words, place=words)]
    ingest(scans, source="tests", by=system_user("tests"), at=timezone.now())
    made = case(
        waybill=waybill,
        contact_name="上官婉柔",
        contact_phone="13933336677",
        contact_email="wanrou@shop.example",
        description="上官婉柔，13933336677，桂花巷77号院9号楼，还没有收到。",
    )
    message_in(made, "我是上官婉柔，请打13933336677")
    message_out(made, "上官婉柔您好，已联系13922225566")
    exception(waybill=waybill, case=made, what="上官婉柔 13933336677 来电投诉")
    orders.print_order(order_id=confirmed.pk, kind=PrintKind.WORK_ORDER, **who())
    round_the_clock()
    agent()
    visitor("我叫宇文山，电话13933336677", name="宇文山", phone="13933336677")
    relay_all()
    # A colleague's file, looked at and not taken yet: its first rows are for who has it in hand.
    rows = [
        [*GOOD[:1], "诸葛清风", "13922225566", "北京市", "桂花巷77号院9号楼", *GOOD[5:]],
        GOOD[:1],
    ]
    agent_of_file = UserFactory(roles=[Role.AGENT])
    hand_in("orders.workorder", write_xlsx(HEAD, rows), by=agent_of_file, customer=customer.pk)
    kinds: tuple[Any, ...] = (
        ImportFile,
        *(WorkOrder, Waybill, Case, ExceptionReport, Customer, Contact, CustomerSite, Delivery),
        *(PhoneTask, FollowUpTask, PrintJob, PrintRecord, Clock, Chat, EventBatch, RefusedEvent),
    )
    rows = {kind._meta.label_lower: list(kind.objects.order_by("pk")[:5]) for kind in kinds}
    return Installation(files, [ready, spoken], rows, waybill)


def test_the_house_holds_what_is_looked_for(installation: Installation) -> None:
    assert installation.waybill is not None and installation.waybill.consignee_name == "诸葛清风"
    assert all(
        installation.rows[name] for name in ("orders.workorder", "complaints.case", "sla.clock")
    )


@pytest.mark.parametrize("role", [None, *Role])
def test_no_staff_address_shows_people_in_clear(
    client: Client, installation: Installation, role: Role | None
) -> None:
    user: User = UserFactory(roles=[role]) if role else superuser()
    sign_in(client, user)
    walked, opened, shown = 0, 0, []
    answers = _reveals()
    for name, address in _addresses(installation):
        if name in AGREEING and any(f"/{one.pk}/" in address for one in installation.unconfirmed):
            continue
        before, answer = answers, client.get(address)
        answers = _reveals()
        walked += 1
        if answer.status_code != 200 or answer.streaming:
            continue
        opened += 1
        text = answer.content.decode(errors="replace")
        found = [secret for secret in SECRETS if secret in text]
        if found and answers == before:
            at = text.index(found[0])
            shown.append(f"{address} shows {found}: …{text[max(0, at - 80) : at + 40]}…")
    assert not shown, "\n".join(shown[:20])
    assert walked > 100
    assert opened > 20 or role is not None


def _reveals() -> int:
    return Event.objects.filter(kind__regex=REVEALS).count()


def _addresses(installation: Installation) -> Iterator[tuple[str, str]]:
    seen = set()
    for route, name in _routes(get_resolver()):
        if not route.startswith("admin/") or "<" not in route or NO_PAGE.search(name):
            continue
        if not (FLOORS.match(name) or DESK.match(name)):
            continue
        for address in _filled(route, name, installation):
            if address not in seen:
                seen.add(address)
                yield name, address


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one, route)
        elif isinstance(one, URLPattern) and one.name:
            yield route, one.name


def _filled(route: str, name: str, installation: Installation) -> Iterator[str]:
    """The route with every row and every word that fits its places."""
    places = re.findall(r"<(?:\w+:)?(\w+)>", route)
    choices = [_values(place, name, installation) for place in places]
    for values in product(*choices):
        address = route
        for value in values:
            address = re.sub(r"<(?:\w+:)?\w+>", value, address, count=1)
        yield f"/{address}"


def _values(place: str, name: str, installation: Installation) -> list[str]:
    model = ".".join(name.split("_")[:2])
    if place in ("name", "act_name"):
        acts: dict[str, list[str]] = {
            "orders.workorder": [act.name for act in ORDER_ACTS],
            "orders.followuptask": [act.name for act in TASK_ACTS],
            "complaints.case": [act.name for act in CASE_ACTS],
        }
        return acts.get(model, ["reveal"])
    if place == "number" or (place == "key" and model == "complaints.case"):
        if model == "complaints.case":
            return [one.number for one in installation.rows["complaints.case"]]  # type: ignore[attr-defined]
        return [installation.waybill.number] if installation.waybill else []
    fixed = {
        "kind": list(PrintKind.values),
        "print_id": installation.ids("orders.printrecord"),
        "subject_type": list(installation.rows),
        "app": ["orders"],
        "model": ["workorder"],
        "subject_id": installation.ids("orders.workorder")[:2],
        "row_id": installation.ids("customers.contact")[:2],
        "chat_id": installation.ids("chat.chat"),
    }
    if place in fixed:
        return fixed[place]
    return installation.ids(model) or ["1"]


def test_a_confirmed_or_cancelled_order_has_nothing_left_to_read_back(
    client: Client, installation: Installation
) -> None:
    sign_in(client, superuser())
    for one in WorkOrder.objects.exclude(pk__in=[o.pk for o in installation.unconfirmed]):
        for page in ("read-back", "confirm", "edit"):
            address = f"/admin/orders/workorder/{one.pk}/{page}/"
            answer = client.get(address)
            assert answer.status_code == 302, address
            assert answer["Location"] == f"/admin/orders/workorder/{one.pk}/change/"


def test_an_order_that_is_being_agreed_is_read_back_in_clear(
    client: Client, installation: Installation
) -> None:
    sign_in(client, superuser())
    spoken = installation.unconfirmed[1]
    page = client.get(f"/admin/orders/workorder/{spoken.pk}/read-back/").content.decode()
    assert "诸葛清风" in page and "13922225566" in page
