from apps.customers.forms.customers import ContactForm, CustomerForm, SiteForm
from apps.customers.forms.papers import (
    AuthorisationForm,
    ContractForm,
    HandoverContentForm,
    LastDayForm,
    LetterForm,
    LongReasonForm,
    RemarkForm,
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
    "RemarkForm",
    "SiteForm",
    "TrialForm",
    "UserForm",
]
