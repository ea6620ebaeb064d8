"""Real requests to a real web server: what people and programs do that tells somebody something.

Used small by tests/faults/test_hanging_broker.py and large by benchmarks/pages.py.
"""

import http.client
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.core.valkey import PAUSE_SECONDS
from apps.customers.models import CustomerScope
from apps.tracking.numbers import compose, new_key
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer, sign_in
from tests.factories.customers import ready_customer
from tests.factories.inquiries import TOKEN, plain_query, wechat_text
from tests.factories.orders import order
from tests.factories.tracking import event, report, waybill

LIMIT = 0.3  # seconds
# How long a web worker leaves a broker alone that did not answer, and a little more.
RESTED = PAUSE_SECONDS + 0.3
CSRF = "a" * 32
NEW_ORDER = {
    "delivery_contact": "张三",
    "delivery_phone": "13800000002",
    "destination_city": "北京市",
    "delivery_address": "北京市朝阳区建国路1号301室",
    "goods_name": "服装",
    "pieces": 2,
    "weight_g": 3500,
}
# What the web server needs to know beside its database and broker.
ENVIRONMENT = {
    "WECHAT_TOKEN": TOKEN,
    "WECHAT_APP_ID": "",
    "WECHAT_AES_KEY": "",
    "SMS_URL": "http://127.0.0.1:9",
    "SMS_ACCESS_KEY": "k",
    "SITE_URL": "https://yp.example",
}


@dataclass
class Answer:
    status: int
    body: bytes
    seconds: float


@dataclass
class Visitor:
    """Somebody at one web server. Each visit is a page as it is opened or a form as it is sent."""

    port: int

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, b"", headers or {})

    def send(
        self, path: str, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A form, as a browser sends it."""
        whole = urlencode({**fields, "csrfmiddlewaretoken": CSRF}, doseq=True).encode()
        cookies = f"{settings.CSRF_COOKIE_NAME}={CSRF}"
        if headers and "Cookie" in headers:
            cookies += "; " + headers["Cookie"]
        kind = "application/x-www-form-urlencoded"
        return self._ask("POST", path, whole, {"Cookie": cookies, "Content-Type": kind})

    def post(self, path: str, body: bytes, kind: str, headers: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, body, {**headers, "Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        began = time.perf_counter()
        try:
            wire.request(method, path, body, dict(headers))
            answer = wire.getresponse()
            content = answer.read()
        finally:
            wire.close()
        return Answer(answer.status, content, time.perf_counter() - began)


def ask_for_nothing(port: int) -> Answer:
    """The page of a number that does not exist, which is counted where all workers see it."""
    return Visitor(port).get(f"/track/{compose('YP', secrets.randbelow(10**6), new_key())}")


Visit = Callable[[], Answer]


class Installation:
    """A house with shipments, a merchant's key and a director at her desk."""

    def __init__(self) -> None:
        self.customer = ready_customer()
        self.shipment = report(waybill(customer=self.customer), "picked_up", "departed")
        machine: User = ServiceUserFactory(scope="customers")
        CustomerScope.objects.create(user=machine, customer=self.customer, created_by=UserFactory())
        self.key = bearer("orders:write", "orders:read", user=machine)
        self.scanner = bearer("events:write")
        client = Client()
        self.director = sign_in(client, UserFactory(roles=[Role.AGENT, Role.DIRECTOR]))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
        self._count = 0

    def visits(self, port: int) -> dict[str, tuple[Visit, int]]:
        """One round at one server: name → what is done, and the status that means it was."""
        there, number = Visitor(port), self.shipment.number
        self._count += 1
        fresh = [order(self.customer) for _n in range(2)]
        confirm = reverse("admin:orders_workorder_confirm", args=[fresh[0].pk])
        orders = reverse("admin:orders_workorder_changelist")
        many = reverse("admin:orders_workorder_bulk", args=["assign"])
        assign = {"chosen": fresh[1].pk, "go": "1", "owner": self.director.pk}
        return {
            "public page": (lambda: there.get(f"/track/{number}"), 200),
            "search": (lambda: there.get(f"/track?n={quote(number)}"), 302),
            "follow a shipment": (lambda: self._follow(there), 302),
            "WeChat message": (lambda: self._wechat(there), 200),
            "scan by API": (lambda: self.scan(there), 200),
            "order by API": (lambda: self._order(there), 201),
            "staff: first page": (lambda: there.get(reverse("admin:index"), self.cookie), 200),
            "staff: orders": (lambda: there.get(orders, self.cookie), 200),
            "staff: confirm an order": (lambda: there.send(confirm, {}, self.cookie), 302),
            "staff: action on orders": (lambda: there.send(many, assign, self.cookie), 200),
        }

    def _follow(self, there: Visitor) -> Answer:
        # A shipment gets ten codes an hour, whoever asks: each round follows one of its own.
        fresh = waybill(customer=self.customer)
        fields = {"channel": "sms", "address": f"1370000{self._count:04d}"}
        return there.send(f"/notify/follow/{fresh.number}", fields)

    def _wechat(self, there: Visitor) -> Answer:
        text = wechat_text(self.shipment.number).encode()
        return there.post(f"/hooks/wechat?{plain_query()}", text, "text/xml", {})

    def scan(self, there: Visitor) -> Answer:
        # Each brings the next status, so that there is something to tell.
        fresh = waybill(customer=self.customer)
        scan = event(fresh, "picked_up", occurred_at=timezone.now())
        body = {
            "waybill_number": fresh.number,
            "code": scan.code,
            "occurred_at": scan.occurred_at.isoformat(),
        }
        return there.post(
            "/api/v1/tracking/events", json.dumps(body).encode(), "application/json", self.scanner
        )

    def _order(self, there: Visitor) -> Answer:
        body = json.dumps(NEW_ORDER).encode()
        return there.post("/api/v1/orders", body, "application/json", self.key)


# Requests of a key are counted, for the limit that the answer tells.
BY_API = frozenset({"scan by API", "order by API"})


def visit(
    installation: Installation, port: int, *, but: frozenset[str] = frozenset()
) -> dict[str, float]:
    """One round: seconds by page. A page that does not do its work is an error."""
    took = {}
    for name, (do, expected) in installation.visits(port).items():
        if name in but:
            continue
        answer = do()
        if answer.status != expected:
            raise AssertionError(f"{name}: {answer.status} {answer.body[-600:].decode()}")
        took[name] = answer.seconds
    return took
