"""The everyday acts of the house, each once: for the test that keeps their statements
(tests/test_acts.py) and the benchmark that times them (benchmarks/acts.py).

Needs real transactions (``transaction=True``): inside a test's own one each service would be a
savepoint, and what is waited for until the commit would never come.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FrameType
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Outcome
from apps.complaints.inputs import NewCase, NewMessage
from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.events.services import relay_batch
from apps.orders import services as orders
from apps.orders.cleaning import clean_order
from apps.orders.inputs import Arrival
from apps.orders.models import WorkOrder
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import Waybill
from apps.tracking.services import ingest
from apps.tracking.services.pod import record_proof
from tests.factories import orders as order_factory
from tests.factories import shipments
from tests.factories.complaints import PHONE, Team, any_cause


class Installation:
    """A team, a merchant who has ordered before, and the doors that acts come through."""

    def __init__(self) -> None:
        self.team = Team()
        self.agent: User = self.team.agent
        self.customer: Customer = order_factory.seasoned_customer(
            unit=self.team.unit, agent=self.agent
        )
        # Everybody writes from an address of their own; nobody is stopped.
        self.writers = 0

    @cached_property
    def browser(self) -> Client:
        return Client(enforce_csrf_checks=True)

    def who(self, by: User | None = None) -> dict[str, Any]:
        return {"by": by or self.agent, "at": timezone.now()}

    def mailbox(self) -> str:
        self.writers += 1
        return f"mary{self.writers}@shop.example"

    def complaint(self) -> NewCase:
        """By phone, by a customer that we know, who may also be written to."""
        return NewCase(
            case_class=CaseClass.COMPLAINT,
            channel=CaseChannel.PHONE,
            description="昨天说好送到，到现在没有人联系我，包装也压坏了一角。",
            customer=self.customer,
            contact_name="王小明",
            contact_phone=PHONE,
            contact_email=self.mailbox(),
        )

    def case(self) -> Case:
        """In hand: whoever the roster chose, the agent works on it."""
        made = cases.open_case(new=self.complaint(), **self.who()).case
        if made.state == CaseState.NEW:
            cases.take_case(case_id=made.pk, **self.who())
        return Case.objects.select_related("owner").get(pk=made.pk)

    def answered_case(self) -> Case:
        made = self.case()
        reply(self, made)
        return made

    def phone_order(self) -> WorkOrder:
        return make_order(self, self.typed_order())

    def typed_order(self) -> Any:
        content, errors = clean_order(order_factory.words())
        assert not errors, errors
        return content

    def shipment(self) -> Waybill:
        """Picked up and on the road to the consignee."""
        made = shipments.shipment(customer=self.customer)
        shipments.scan(made, "picked_up", shipments.ago(minutes=50))
        return shipments.scan(made, "out_for_delivery", shipments.ago(minutes=30))

    def report(self) -> dict[str, Any]:
        """What a visitor's browser sends, with the token of the page they read."""
        mailbox = self.mailbox()
        address = f"198.51.{self.writers // 250}.{self.writers % 250 + 1}"
        page = self.browser.get("/report", REMOTE_ADDR=address).content.decode()
        fields = {
            "kind": "damaged",
            "text": f"外箱破了一个洞，里面的杯子碎了两个。第{self.writers}次",
            "waybill": "",
            "phone": f"138{self.writers:08d}",
            "email": mailbox,
            "name": "王小明",
            "key": str(uuid4()),
            "form_key": page.partition('name="form_key" value="')[2].partition('"')[0],
            "csrfmiddlewaretoken": self.browser.cookies[settings.CSRF_COOKIE_NAME].value,
        }
        return {"path": "/report", "data": fields, "REMOTE_ADDR": address}


def open_case(installation: Installation, new: NewCase) -> None:
    cases.open_case(new=new, **installation.who())


def reply(installation: Installation, case: Case) -> None:
    message = NewMessage(EntryKind.MESSAGE_OUT, "正在核实，今天18点前答复您。", CaseChannel.EMAIL)
    # By the case's owner: whoever else replies takes the case over, which is another act.
    cases.add_message(case_id=case.pk, message=message, **{**installation.who(), "by": case.owner})


def solve_and_close(installation: Installation, case: Case) -> None:
    cases.solve_case(
        case_id=case.pk,
        solution="已重新派送并致歉",
        outcome=Outcome.RESOLVED,
        cause=any_cause(),
        channel=CaseChannel.PHONE,
        **installation.who(),
    )
    cases.close_case(case_id=case.pk, note="客户在电话里确认", **installation.who())


def report_problem(installation: Installation, sent: dict[str, Any]) -> None:
    answer = installation.browser.post(**sent)
    assert answer.status_code == 303, answer.status_code


def make_order(installation: Installation, content: Any) -> WorkOrder:
    at = timezone.now()
    return orders.receive_order(
        customer=installation.customer,
        content=content,
        arrival=Arrival(channel="phone", received_at=at),
        by=installation.agent,
        at=at,
    )


def read_back_and_confirm(installation: Installation, order: WorkOrder) -> None:
    orders.read_back_order(
        order_id=order.pk, heard_by=order_factory.READ_BACK_BY, **installation.who()
    )
    orders.confirm_order(order_id=order.pk, **installation.who())


def prove_delivery(installation: Installation, waybill: Waybill) -> None:
    record_proof(waybill_id=waybill.pk, proof=shipments.proof(), **installation.who())


def scan(installation: Installation, waybill: Waybill) -> None:
    event = IncomingEvent(
        waybill_number=waybill.number, code="attempt_failed", occurred_at=timezone.now()
    )
    result = ingest([event], source="tests", **installation.who())
    assert not result.refused


@dataclass(frozen=True)
class Act:
    """``most`` statements by the one who acts, ``most_woken`` more until every message that it
    causes is queued. ``ready`` makes what the act needs and is not counted."""

    name: str
    ready: Callable[[Installation], Any]
    do: Callable[[Installation, Any], object]
    most: int
    most_background: int


ACTS = (
    Act("open a case", Installation.complaint, open_case, 13, 23),
    Act("reply", Installation.case, reply, 11, 24),
    Act("solve and close", Installation.answered_case, solve_and_close, 21, 17),
    Act("public report", Installation.report, report_problem, 23, 25),
    Act("make an order", Installation.typed_order, make_order, 9, 1),
    # Six look whether the order's notes name an account of ours that is over.
    Act("read back, confirm", Installation.phone_order, read_back_and_confirm, 26, 37),
    # Of these 47 are ten for the clock to finance: no tariff has a price for this shipment.
    Act("proof of delivery", Installation.shipment, prove_delivery, 7, 58),
    Act("one scan", Installation.shipment, scan, 5, 47),
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent, savepoints among them; BEGIN and COMMIT are not."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


@contextmanager
def modules_run() -> Iterator[set[str]]:
    """Which modules of ours a function ran in."""
    found: set[str] = set()
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _arg: Any) -> None:
        if event == "call" and frame.f_code not in seen:
            seen.add(frame.f_code)
            name = str(frame.f_globals.get("__name__", ""))
            if name.startswith("apps."):
                found.add(name)

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


def run_background() -> None:
    """Everything that was recorded is handed to all who hear of it, and to those who hear of that,
    until their messages are queued."""
    relay_batch(100_000)


@dataclass(frozen=True)
class Count:
    """What one act cost, and what it woke."""

    statements: list[str]
    background: list[str]
    modules: set[str]
    background_modules: set[str]


def count(act: Act, installation: Installation) -> Count:
    """Do ``act`` once for the memories of the process, then once more and look."""
    for _warm in range(2):
        made = act.ready(installation)
        run_background()
        with counted() as statements, modules_run() as modules:
            act.do(installation, made)
        with counted() as background, modules_run() as background_modules:
            run_background()
    return Count(statements, background, modules, background_modules)
