"""Numbers that tell no count, and those of before, which are still found everywhere."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from stdnum import damm

from apps.backoffice.services import reserve_rows, take_number
from apps.complaints.models import Case
from apps.complaints.queries.links import case_of_token, tag_of, tagged, token_of
from apps.complaints.queries.searching import cases_found
from apps.orders.models import WorkOrder
from apps.quality.models import ExceptionReport
from tests.factories.accounts import bearer, superuser
from tests.factories.complaints import case
from tests.factories.orders import confirmed_order

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


def test_the_numbers_of_a_day_are_checked_and_not_in_a_row() -> None:
    day = timezone.localdate()
    cases = [case().number for _n in range(3)]
    reports = [take_number(ExceptionReport.PREFIX, day) for _n in range(3)]
    orders = [number for _pk, number in reserve_rows(WorkOrder, WorkOrder.PREFIX, day, 3)]
    for prefix, numbers in (("CS", cases), ("EX", reports), ("WO", orders)):
        bodies = []
        for number in numbers:
            match = re.fullmatch(rf"{prefix}{day:%Y%m%d}-(\d{{8}})", number)
            assert match and damm.is_valid(match[1])
            bodies.append(int(match[1]) // 10)
        assert len(set(bodies)) == 3
        assert bodies != list(range(bodies[0], bodies[0] + 3))


@pytest.mark.parametrize("number", ["CS20260105-00007", "CS20260105-48391527"])
def test_a_number_of_either_kind_leads_to_its_case(client: Client, number: str) -> None:
    found = case()
    Case.objects.filter(pk=found.pk).update(number=number)
    found.refresh_from_db()
    answer = client.get(f"/api/v1/cases/{number}", headers=bearer("cases:read"))
    assert (answer.status_code, answer.json()["number"]) == (200, number)
    assert cases_found(Case.objects.all(), number.lower(), user=superuser()).get() == found
    assert case_of_token(token_of(found)) == found
    ((answers, word),) = tagged(f"Re: 您的个案 [{tag_of(found)}]")
    assert answers == number and word
    assert client.get(f"/case/{token_of(found)}").status_code == 200


def test_an_order_of_before_is_still_read(client: Client) -> None:
    order = confirmed_order()
    type(order).objects.filter(pk=order.pk).update(number="WO20260105-00007")
    answer = client.get("/api/v1/orders/WO20260105-00007", headers=bearer("orders:read"))
    assert answer.status_code == 200
