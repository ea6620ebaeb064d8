"""What every door of the API asks: who is calling, and for which customer."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.customers.models import Customer


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
