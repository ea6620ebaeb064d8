"""What staff type about a change of the account that customers pay into."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import ChangeScope, PaperKind, TeamSide
from apps.account_changes.models import ChangeProject
from apps.account_changes.rules.changes import BEST_MARK, MARKS
from apps.accounts.models import User
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.banking.enums import ASSIGNED_FOR, AccountState
from apps.banking.forms import CodeField
from apps.banking.models import BankAccount
from apps.training.models import Course

LONG = forms.Textarea(attrs={"rows": 3})


def _open_accounts() -> Any:
    return BankAccount.objects.filter(state=AccountState.OPEN, parent=None).order_by("name")


class BeginForm(forms.Form):
    old_account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("old account"))
    purpose = forms.ChoiceField(label=_("paid for"), choices=ASSIGNED_FOR, initial="cod")
    scope = forms.ChoiceField(label=_("whose account changes"), choices=ChangeScope.choices)
    reason = forms.CharField(label=_("reason"), max_length=500, widget=LONG)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_account"].queryset = _open_accounts()  # type: ignore[attr-defined]  # a choice of rows


class EditForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = ChangeProject
        fields = ("reason", "scope", *(f"weight_{mark}" for mark in MARKS))
        widgets = {"reason": LONG}

    def _post_clean(self) -> None:
        """The service sets the fields, on the row as it is then."""


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("who"))
    side = forms.ChoiceField(label=_("side"), choices=TeamSide.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().people().order_by("display_name")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]  # a choice of rows


class CustomerForm(forms.Form):
    customer = CodeField(label=_("Customer code"))
    account = forms.ModelChoiceField(
        BankAccount.objects.none(),
        label=_("sub-account"),
        required=False,
        help_text=_("Of the new account, for this customer alone; empty: the new account itself."),
    )

    def __init__(self, *args: Any, new_account: BankAccount | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subs = BankAccount.objects.filter(parent=new_account, state=AccountState.OPEN)
        known = subs if new_account is not None else subs.none()
        self.fields["account"].queryset = known  # type: ignore[attr-defined]  # a choice of rows


def _mark(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=BEST_MARK)


class CandidateForm(forms.Form):
    bank = forms.CharField(label=_("bank"), max_length=60)
    service = _mark(_("the bank's service"))
    fees = _mark(_("fees"))
    speed = _mark(_("speed"))
    views = _mark(_("customers' views"))
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class AccountForm(forms.Form):
    account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("new account"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = _open_accounts()  # type: ignore[attr-defined]  # a choice of rows


class PaperForm(FormWithFiles):
    kind = forms.ChoiceField(label=_("kind"), choices=PaperKind.choices)
    paper = HeldFileField(label=_("scan"), help_text=_("PDF, JPEG or PNG."))


class DepositForm(forms.Form):
    account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("account"))
    amount = forms.DecimalField(label=_("amount"), max_digits=14, decimal_places=2)
    sent = forms.DateTimeField(label=_("paid in at"))
    confirmed = forms.DateTimeField(label=_("confirmed by the bank"))
    arrived = forms.DateTimeField(label=_("credited at"))

    def __init__(self, *args: Any, accounts: list[int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = BankAccount.objects.filter(pk__in=[pk for pk in accounts if pk])
        self.fields["account"].queryset = rows  # type: ignore[attr-defined]  # a choice of rows


class JustifyForm(forms.Form):
    justification = forms.CharField(
        label=_("why this account all the same"), max_length=500, widget=LONG
    )


class BriefingForm(forms.Form):
    briefing = forms.CharField(
        label=_("briefing"), max_length=4000, widget=forms.Textarea(attrs={"rows": 10})
    )
    course = forms.ModelChoiceField(
        Course.objects.filter(is_active=True),
        label=_("course"),
        required=False,
        help_text=_(
            "Everyone concerned is enrolled and completes it; without one they confirm the briefing."
        ),
    )


class ScheduleForm(forms.Form):
    since = forms.DateTimeField(label=_("new account since"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed when the start was set before."),
    )


class ExtendForm(forms.Form):
    accept_until = forms.DateTimeField(label=_("old account accepted until"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=LONG)


class ResumeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ReportForm(forms.Form):
    remark = forms.CharField(
        label=_("How it went and what is learned"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
