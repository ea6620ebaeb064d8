"""What the orders API asks of every request: which customer, which order, which day."""

import re
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.orders import queries
from apps.orders.models import WorkOrder

NUMBER = re.compile(r"WO\d{8}-\d{5,9}")


def caller(request: Request) -> User:
    user: Any = request.user
    found: User = user
    return found


def customer_for(request: Request, code: str) -> Customer:
    """The customer named, or the only one that the key serves."""
    mine = Customer.objects.visible_to(caller(request)).select_related("unit", "agent")
    if code:
        try:
            return mine.get(code=code)
        except Customer.DoesNotExist:
            raise RuleBroken(
                _("This key serves no customer with that code."),
                code="unknown_customer",
                field="customer",
            ) from None
    some = list(mine[:2])
    if len(some) != 1:
        raise RuleBroken(
            _("This key does not serve exactly one customer; say which by its code."),
            code="customer_needed",
            field="customer",
        )
    return some[0]


def order_for(request: Request, number: str) -> WorkOrder:
    if not NUMBER.fullmatch(number):
        raise Http404
    orders = queries.detailed(WorkOrder.objects.visible_to(caller(request)))
    found = orders.filter(number=number).first()
    if found is None:
        raise Http404
    return found
