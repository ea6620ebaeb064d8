"""What staff type about orders, from text to clean values."""

from apps.orders.forms.acts import (
    ArrangementForm,
    AssignForm,
    ClassForm,
    CountForm,
    CustomerInformedForm,
    ExplainForm,
    MomentField,
    OrderImportForm,
    OutcomeForm,
    PostponeForm,
    PrintForm,
    ReadBackForm,
)
from apps.orders.forms.entry import (
    MOMENT,
    SECTIONS,
    CustomerForm,
    OrderForm,
    local_input,
    order_initial,
)

__all__ = [
    "MOMENT",
    "SECTIONS",
    "ArrangementForm",
    "AssignForm",
    "ClassForm",
    "CountForm",
    "CustomerForm",
    "CustomerInformedForm",
    "ExplainForm",
    "MomentField",
    "OrderForm",
    "OrderImportForm",
    "OutcomeForm",
    "PostponeForm",
    "PrintForm",
    "ReadBackForm",
    "local_input",
    "order_initial",
]
