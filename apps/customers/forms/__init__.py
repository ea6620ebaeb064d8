from apps.customers.forms.customers import ContactForm, CustomerForm, SiteForm
from apps.customers.forms.dressing import dress
from apps.customers.forms.papers import (
    AuthorisationForm,
    ConfirmForm,
    ContractForm,
    HandoverContentForm,
    LastDayForm,
    LetterForm,
    ReasonForm,
    RemarkForm,
    TrialForm,
    UserForm,
)

__all__ = [
    "AuthorisationForm",
    "ConfirmForm",
    "ContactForm",
    "ContractForm",
    "CustomerForm",
    "HandoverContentForm",
    "LastDayForm",
    "LetterForm",
    "ReasonForm",
    "RemarkForm",
    "SiteForm",
    "TrialForm",
    "UserForm",
    "dress",
]
