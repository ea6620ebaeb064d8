from apps.banking.forms.accounts import (
    AccountForm,
    AssignForm,
    ChangeAccountForm,
    CodeField,
    FileForm,
    GoingLiveForm,
    IdentifyForm,
    LayoutForm,
    OpeningForm,
)
from apps.banking.forms.payees import CallForm, PayeeForm
from apps.banking.forms.payouts import LineForm, MakeFileForm, ResultsForm, ReturnForm

__all__ = [
    "AccountForm",
    "AssignForm",
    "CallForm",
    "ChangeAccountForm",
    "CodeField",
    "FileForm",
    "GoingLiveForm",
    "IdentifyForm",
    "LayoutForm",
    "LineForm",
    "MakeFileForm",
    "OpeningForm",
    "PayeeForm",
    "ResultsForm",
    "ReturnForm",
]
