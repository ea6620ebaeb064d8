"""What is typed on the pages of billing, by noun."""

from apps.billing.forms.deliveries import (
    RoundForm,
    SignForm,
    TakeForm,
)
from apps.billing.forms.dunning import (
    DunningPlanForm,
    PromiseForm,
    SeenForm,
)
from apps.billing.forms.fields import (
    PayerField,
    amount_field,
)
from apps.billing.forms.invoices import (
    HandOutForm,
    InvoiceKindForm,
    IssueForm,
    RedFormForm,
    RedNumberForm,
    SignedForForm,
)
from apps.billing.forms.payments import (
    AllocateForm,
    ChequeForm,
    ClearedForm,
    CollectForm,
    IdentifyForm,
    ReceiptForm,
)
from apps.billing.forms.statements import (
    AcceptForm,
    AgreedForm,
    AnswerForm,
    CorrectForm,
    DisputeForm,
    FileForm,
    MonthForm,
    SayForm,
    WriteOffForm,
)

__all__ = [
    "AcceptForm",
    "AgreedForm",
    "AllocateForm",
    "AnswerForm",
    "ChequeForm",
    "ClearedForm",
    "CollectForm",
    "CorrectForm",
    "DisputeForm",
    "DunningPlanForm",
    "FileForm",
    "HandOutForm",
    "IdentifyForm",
    "InvoiceKindForm",
    "IssueForm",
    "MonthForm",
    "PayerField",
    "PromiseForm",
    "ReceiptForm",
    "RedFormForm",
    "RedNumberForm",
    "RoundForm",
    "SayForm",
    "SeenForm",
    "SignForm",
    "SignedForForm",
    "TakeForm",
    "WriteOffForm",
    "amount_field",
]
