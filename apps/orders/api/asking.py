"""What the orders API asks of every request: which customer, which order, which day."""

import re

from django.http import Http404
from rest_framework.request import Request

from apps.customers.api.asking import caller, customer_for
from apps.orders import queries
from apps.orders.models import WorkOrder

__all__ = ["caller", "customer_for", "order_for"]

NUMBER = re.compile(r"WO\d{8}-\d{5,9}")


def order_for(request: Request, number: str) -> WorkOrder:
    if not NUMBER.fullmatch(number):
        raise Http404
    orders = queries.detailed(WorkOrder.objects.visible_to(caller(request)))
    found = orders.filter(number=number).first()
    if found is None:
        raise Http404
    return found
