"""Many papers in one go, and what the buttons say (ORD-4)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.orders.enums import PrintKind
from apps.orders.models import PrintJob
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.orders import confirmed_order

pytestmark = pytest.mark.django_db
QUEUE = "admin:orders_printjob_changelist"


@pytest.fixture
def clerk(client: Client) -> User:
    person: User = sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK], scope="all"))
    return person


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize(
    ("action", "kind"), [("print-labels", PrintKind.LABEL), ("print", PrintKind.WORK_ORDER)]
)
def test_the_papers_of_several_orders_are_one_print(
    client: Client, clerk: User, action: str, kind: PrintKind
) -> None:
    orders = [confirmed_order() for _turn in range(3)]
    jobs = PrintJob.objects.filter(work_order__in=orders)
    assert (
        f'name="chosen" aria-label="选择" value="{jobs[0].pk}"' in client.get(reverse(QUEUE)).text
    )
    where = reverse("admin:orders_printjob_bulk", args=[action])
    answer = client.post(where, {"chosen": [job.pk for job in jobs]}, follow=True)
    shown = answer.content.decode()
    for order in orders:
        assert order.waybills.get().number in shown
        made = order.prints.get()
        assert (made.kind, made.printed_by, made.copy) == (kind, clerk, 1)
    assert len(re.findall(r'<article class="paper', shown)) == 3
    left = jobs.filter(printed_at__isnull=True).count()
    assert left == (3 if kind == PrintKind.LABEL else 0), "labels alone leave the order waiting"


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "打印"), ("en", "Print")])
def test_the_button_says_print(client: Client, clerk: User, language: str, word: str) -> None:
    client.cookies["yipiao_language"] = language
    page = reverse("admin:orders_workorder_act", args=[confirmed_order().pk, "print-label"])
    shown = client.get(page).content.decode()
    assert re.search(rf'<button type="submit" class="button is-primary">{word}</button>', shown)
