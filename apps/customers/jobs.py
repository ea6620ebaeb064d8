"""Files of customers with their contacts: what one is, and how it is taken (apps/backoffice/imports.py)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.imports import Import, one_by_one
from apps.customers.services.importing import (
    COLUMNS,
    EXAMPLE,
    prepare_customers,
    read_customer,
    save_customer,
)

CUSTOMERS = Import(
    name="customers.customer",
    label=_("Customers with their contacts"),
    permission="customers.import_customer",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_(
        "One row is a company and one of its people; further people stand in rows of their own. Of a"
        " company that is there already nothing is changed, only contacts that it lacks are added."
    ),
    prepare=prepare_customers,
    read=read_customer,
    take=one_by_one(save_customer, COLUMNS),
    subject="customers.customer",
    batch=100,
)
IMPORTS = (CUSTOMERS,)
