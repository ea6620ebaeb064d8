"""Schemathesis against every operation of the API, with every check it has.

The description must be as exact as the doors: what it allows is taken (or refused with 404 or 409
for what only the present state can say), what it forbids is refused, and every answer is as said.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import pytest_django
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client, override_settings
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from schemathesis.checks import CHECKS
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from apps.accounts.enums import ApiScope, Role
from apps.accounts.models import User
from apps.claims.models import CompensationRule
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import CaseFile
from apps.complaints.services import open_case
from apps.core.files import NewFile
from apps.core.opaque import Id, hide
from apps.customers.models import CustomerScope
from apps.notifications.models import WebhookEvent
from apps.tracking.models import Waybill
from tests import databases
from tests.factories import claims
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.billing import sent
from tests.factories.complaints import new_case
from tests.factories.customers import ready_customer
from tests.factories.notifications import endpoint, relay_all
from tests.factories.orders import confirmed_order
from tests.factories.payees import requested
from tests.factories.tracking import carrier, report

pytestmark = pytest.mark.django_db
EXAMPLES = 15
MOST_SEEDS = 10
# Where files must be sent no good body is drawn: of claims' papers and payout accounts their own tests say what is taken.
DOORS = (
    r"^(/api/v1/(orders|tracking|waybills|partners|webhook|cases|statements|articles|claims(?!/[^/]+/papers)"
    r"|compensation-rules)|/voice/)"
)
# The journey's few steps lead to orders and waybills; more doors would only lead away from them.
ON_THE_WAY = r"^/api/v1/(orders|tracking|waybills|partners|webhook)"
KNOWN = {
    "waybill_number": "waybill",
    "waybill": "waybill",
    "customer": "customer",
    "endpoint": "endpoint",
    "rule": "rule",
}


def _load(doors: str) -> Any:
    described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped there
    text = OpenApiJsonRenderer().render(described, renderer_context={})
    document = json.loads(text)
    config = SchemathesisConfig()
    config.projects.default.generation = GenerationConfig(
        deterministic=True,
        max_examples=EXAMPLES,
        database="none",
        # A working key is sent with everything, so that cases reach the doors. What happens
        # without one, or with a wrong one, is the check ignored_auth's own probe.
        with_security_parameters=False,
    )
    loaded = schemathesis.openapi.from_dict(document, config=config)
    loaded.app = get_wsgi_application()
    # Live updates are another process, proved in tests/inquiries/test_streams.py.
    return loaded.include(path_regex=doors).exclude(path_regex=r"/stream$")


schema = _load(DOORS)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The doors run in this thread and in the test's transaction, as with Django's own client."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@contextmanager
def taken_back() -> Iterator[None]:
    whole = transaction.atomic()
    # As Django marks a test case's own: what insists on being outermost may be inside of it.
    whole._from_testcase = True  # type: ignore[attr-defined]  # not in the stubs
    with whole:
        yield
        transaction.set_rollback(True)


def _case_of(user: User, waybill: Waybill) -> tuple[str, str]:
    """A case that the key brought, and a file in it. Not through Django's test client, which would
    connect again what ``_one_connection`` takes off."""
    new = new_case(case_class=CaseClass.LOSS, channel=CaseChannel.API, waybill=waybill)
    text = NewFile("两件".encode(), "单据.txt")
    made = open_case(new=new, files=[text], by=user, at=timezone.now()).case
    return made.number, str(CaseFile.objects.get(entry__case=made).key)


def _claim_of(waybill: Waybill) -> str:
    """One that waits for the customer's word."""
    desk = claims.Desk()
    mine = {"waybill": waybill, "customer": waybill.customer}
    filed = claims.filed(desk, by=UserFactory(), **mine)
    agent = UserFactory(roles=[Role.AGENT], unit=filed.unit)
    director = UserFactory(roles=[Role.DIRECTOR], unit=filed.unit)
    claims.assess(filed, agent)
    return str(claims.approve(filed, director).number)


def _statement_of(waybill: Waybill) -> str:
    """One that was sent, before the case that would stand in its way."""
    return str(sent(waybill.customer, "12.00", waybill=waybill.number).number)


@pytest.fixture(scope="module")
def one_installation(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Any]]:
    """Made once for all operations: each test takes back what it did to it."""
    files = tmp_path_factory.mktemp("house")
    with django_db_blocker.unblock():
        with override_settings(MEDIA_ROOT=files):
            made = _installation()
        yield {**made, "files": files}
        databases.clean()


@pytest.fixture
def installation(db: None, one_installation: dict[str, Any], settings: Any) -> dict[str, Any]:
    """With a key of its own: what one operation asked counts against no other's limit."""
    settings.MEDIA_ROOT = one_installation["files"]
    return {**one_installation, "headers": bearer(*ApiScope.values, user=one_installation["user"])}


def _installation() -> dict[str, Any]:
    """A service user of one customer, which has an order with a waybill on its way."""
    customer = ready_customer()
    user = ServiceUserFactory(scope="customers")
    CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    order = confirmed_order(customer)
    waybill = report(order.issued.get().waybill, "picked_up", "arrived")
    hooks = [endpoint(customer, url=f"https://h{n}.example.com") for n in range(2)]
    relay_all()
    statement = _statement_of(waybill)
    brought, file = _case_of(user, waybill)
    claim = _claim_of(waybill)
    logged = WebhookEvent.objects.filter(customer=customer).latest("id")
    return {
        "user": user,
        "order": order.number,
        "waybill": waybill.number,
        "case": brought,
        "file": file,
        "statement": statement,
        "claim": claim,
        "rule": hide(Id.RULE, CompensationRule.objects.get(kind="loss", cover="uninsured").pk),
        "customer": customer.code,
        "payee": hide(Id.PAYEE, requested(customer).pk),
        "carrier": carrier().code,
        "endpoint": hide(Id.ENDPOINT, hooks[0].pk),
        "message": logged.message_id,
    }


def _put_known(case: Any, installation: dict[str, Any]) -> None:
    """Numbers that exist, where the case does not attack the number itself: drawn ones never do,
    and every answer would be 404."""
    meta = case.meta
    if not meta.is_negative_at(ParameterLocation.PATH):
        kinds = {"/orders/": "order", "/cases/": "case", "/statements/": "statement"}
        kinds["/claims/"] = "claim"
        kind = next((kinds[part] for part in kinds if part in case.path), "waybill")
        known = {
            "number": kind,
            "key": "file",
            "endpoint_id": "endpoint",
            "message_id": "message",
            "id": "payee",
        }
        for name in known.keys() & case.path_parameters.keys():
            case.path_parameters[name] = installation[known[name]]
    if "code" in case.path_parameters:
        case.path_parameters["code"] = installation["carrier"]
    body = case.body
    if isinstance(body, dict) and not meta.is_negative_at(ParameterLocation.BODY):
        for name in KNOWN.keys() & body.keys():
            body[name] = installation[KNOWN[name]]
        if "rule" in body:
            # The rules in force for this kind and no other.
            body["kind"] = "loss"
        if "amount" in body and case.path.endswith("/agree"):
            body["amount"] = "80.00"
        if "ids" in body:
            body["ids"] = [installation["message"]]


def _play(case: Any, installation: dict[str, Any]) -> int:
    # Each request meets the house as it was: what the one before it did is taken back.
    with taken_back():
        answer = case.call_and_validate(
            headers=installation["headers"], checks=list(CHECKS.get_all())
        )
    return int(answer.status_code)


ORDER = {
    "delivery_contact": "张三",
    "delivery_phone": "13800000002",
    "destination_city": "北京市",
    "delivery_address": "北京市朝阳区建国路1号301室",
    "goods_name": "服装",
    "pieces": 2,
    "weight_g": 3500,
}


@pytest.fixture
def answers() -> Iterator[set[int]]:
    """What one operation answered to all that was drawn: 404 and 409 alone would prove little."""
    seen: set[int] = set()
    yield seen
    assert any(200 <= status < 300 for status in seen), seen


@schema.parametrize()
@hypothesis.settings(
    deadline=None,
    max_examples=EXAMPLES,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_the_description_and_the_doors_agree(
    case: Any, installation: dict[str, Any], answers: set[int]
) -> None:
    _put_known(case, installation)
    answers.add(_play(case, installation))


def test_no_check_is_left_out() -> None:
    assert {check.__name__ for check in CHECKS.get_all()} >= {
        *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
        *("response_schema_conformance", "response_headers_conformance", "use_after_free"),
        *("negative_data_rejection", "positive_data_acceptance", "missing_required_header"),
        *("unsupported_method", "ensure_resource_availability", "ignored_auth"),
    }


def test_one_request_after_another(installation: dict[str, Any]) -> None:
    """The checks that look at what an earlier request gave, along the links of the description:
    from the lists to each order and each waybill."""

    seen: set[tuple[str, int]] = set()
    journeys = hypothesis.settings(
        max_examples=40,
        stateful_step_count=6,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    class Journey(_load(ON_THE_WAY).as_state_machine()):  # type: ignore[misc]  # made by the library
        def before_call(self, case: Any) -> None:
            case.headers = {**(case.headers or {}), **installation["headers"]}
            # Given by us and good, not drawn: so that ignored_auth probes without it.
            case._has_explicit_auth = True
            # Two draws may be alike, which would be one key for two requests: rightly refused.
            drawn_well = not case.meta.is_negative_at(ParameterLocation.HEADER)
            if "Idempotency-Key" in case.headers and drawn_well:
                case.headers["Idempotency-Key"] = uuid4().hex

        def setup(self) -> None:
            self.whole = taken_back()
            self.whole.__enter__()

        def teardown(self) -> None:
            self.whole.__exit__(None, None, None)

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            seen.add((case.operation.label, response.status_code))
            super().validate_response(response, case, **more)

    wanted = {("GET /api/v1/orders/{number}", 200), ("GET /api/v1/waybills/{number}", 200)}
    # Which way a journey goes depends on what else this process did before; each seed is another.
    for number in range(1, MOST_SEEDS + 1):
        hypothesis.seed(number)(Journey)
        Journey.run(settings=journeys)
        if wanted <= seen:
            break
    assert wanted <= seen, sorted(seen)


def test_what_was_sent_is_there(client: Client, installation: dict[str, Any]) -> None:
    """The library begins its journeys with lists only, so this one is walked by hand: sent, read,
    cancelled, and still to be read."""
    made = client.post("/api/v1/orders", ORDER, "application/json", headers=installation["headers"])
    assert made.status_code == 201, made.content
    where = made["Location"]
    assert client.get(where, headers=installation["headers"]).json() == made.json()
    gone = client.post(
        f"{where}/cancel",
        {"reason": "买家退款"},
        "application/json",
        headers=installation["headers"],
    )
    assert gone.status_code == 200, gone.content
    assert client.get(where, headers=installation["headers"]).json()["status"] == "cancelled"
