"""Files of orders (ORD-1): what one is, and how it is taken (apps/backoffice/imports.py)."""

from typing import Any

from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.backoffice.imports import Import
from apps.customers.models import Customer
from apps.orders import services
from apps.orders.columns import COLUMNS, EXAMPLE
from apps.orders.forms import OrderImportForm


def _of_own_customers(user: Any) -> Q:
    """Colleagues see the files of customers that they see."""
    scope = Concat(Value("customer="), Cast("pk", TextField()), output_field=TextField())
    seen = Customer.objects.visible_to(user).values_list(scope)
    return Q(uploaded_by=user) | Q(scope__in=seen)


ORDERS = Import(
    name="orders.workorder",
    label=_("Work orders"),
    permission="orders.import_workorder",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_(
        "Good rows become orders. Refused rows come back as a file with the reason beside each, to"
        " correct and send again. The same file or reference is never taken twice."
    ),
    form=OrderImportForm,
    prepare=services.prepare_orders,
    read=services.read_order,
    take=services.take_orders,
    subject="orders.workorder",
    seen_by=_of_own_customers,
)
IMPORTS = (ORDERS,)
