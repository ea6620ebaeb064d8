from apps.customers.forms.customers import ContactForm, CustomerForm, SiteForm
from apps.customers.forms.papers import (
    AuthorisationForm,
    ContractForm,
    HandoverContentForm,
    LastDayForm,
    LetterForm,
    LongReasonForm,
    TrialForm,
    UserForm,
)

__all__ = [
    "AuthorisationForm",
    "ContactForm",
    "ContractForm",
    "CustomerForm",
    "HandoverContentForm",
    "LastDayForm",
    "LetterForm",
    "LongReasonForm",
    "SiteForm",
    "TrialForm",
    "UserForm",
]
