"""What is typed about statements, disputes, invoices and money (BIL-2 … BIL-6)."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.billing.enums import (
    AgreedHow,
    DisputeReason,
    InvoiceKind,
    ReceiptSource,
    RedReason,
    StatementFile,
)
from apps.billing.inputs import NewLevel
from apps.billing.models import Receipt
from apps.billing.rules.months import month_of
from apps.customers.models import Customer


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, **more)


class PayerField(forms.CharField):
    """A customer by its code; the clean value is the customer."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("help_text", _("The customer's code."))
        super().__init__(max_length=20, **more)

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = Customer.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                gettext("No customer has the code “%(code)s”.") % {"code": code}, code="unknown"
            )
        return found


class MonthForm(forms.Form):
    month = forms.DateField(label=_("month"), help_text=_("Any day of it."))

    def clean_month(self) -> date:
        return month_of(self.cleaned_data["month"])


class WriteOffForm(forms.Form):
    amount = amount_field(_("amount"))
    reason = forms.CharField(label=_("reason"), max_length=200)


class FileForm(forms.Form):
    form = forms.ChoiceField(label=_("as"), choices=StatementFile.choices)


class AgreedForm(FormWithFiles):
    how = forms.ChoiceField(
        label=_("how the customer agreed"),
        choices=[(one.value, one.label) for one in (AgreedHow.STAMPED, AgreedHow.SAID)],
    )
    note = forms.CharField(
        label=_("note"), max_length=200, required=False, help_text=_("Who said so, and how.")
    )
    paper = HeldFileField(
        label=_("stamped copy"), required=False, help_text=_("A PDF or a picture of it.")
    )


class DisputeForm(forms.Form):
    why = forms.ChoiceField(label=_("what is wrong"), choices=DisputeReason.choices)
    amount = amount_field(
        _("disputed amount"), required=False, help_text=_("Empty: all of the line.")
    )
    text = forms.CharField(
        label=_("in the customer's words"), max_length=1000, widget=forms.Textarea
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("answer to the customer"), max_length=500, widget=forms.Textarea
    )


class AcceptForm(AnswerForm):
    amount = amount_field(
        _("taken off"), required=False, help_text=_("Empty: all that is disputed.")
    )


class SayForm(forms.Form):
    text = forms.CharField(label=_("text"), max_length=1000, widget=forms.Textarea)
    by_customer = forms.BooleanField(label=_("the customer said it"), required=False)


class CorrectForm(forms.Form):
    gross = amount_field(_("right amount"))
    reason = forms.CharField(label=_("reason"), max_length=200)


class InvoiceKindForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind of invoice"), choices=InvoiceKind.choices)


class IssueForm(forms.Form):
    number = forms.CharField(
        label=_("invoice number"),
        max_length=30,
        help_text=_("20 digits for a digital invoice; code and number of a paper one."),
    )
    issued_on = forms.DateField(label=_("issued on"), initial=timezone.localdate)


class HandOutForm(forms.Form):
    how = forms.CharField(
        label=_("how"), max_length=120, help_text=_("By whom, by post with its number, by mail.")
    )


class SignedForForm(forms.Form):
    name = forms.CharField(label=_("who signed for it"), max_length=60)


class RedNumberForm(forms.Form):
    red_number = forms.CharField(label=_("number of the red invoice"), max_length=30)
    reason = forms.CharField(label=_("reason"), max_length=200)


class RedFormForm(forms.Form):
    reason = forms.ChoiceField(label=_("reason"), choices=RedReason.choices)
    line = forms.ChoiceField(
        label=_("what of it"), required=False, help_text=_("Empty: all that is left of it.")
    )
    amount = amount_field(
        _("amount"), required=False, help_text=_("A part of that line; empty: all of the line.")
    )

    def __init__(self, *args: Any, left: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [("", _("The whole invoice"))] + [  # type: ignore[attr-defined]  # a choice field
            (one.line.pk, f"{one.line.tax_class} · {one.gross}") for one in left if one.gross > 0
        ]


class ReceiptForm(forms.Form):
    source = forms.ChoiceField(
        label=_("paid by"),
        choices=[(one.value, one.label) for one in (ReceiptSource.CASH, ReceiptSource.OFFSET)],
        help_text=_("Transfers come with the bank's file, cheques from their own page."),
    )
    station = forms.ModelChoiceField(
        Unit.objects.active(),
        label=_("where the cash lies"),
        required=False,
        help_text=_("For cash only."),
    )
    payer = PayerField(label=_("payer"), required=False, help_text=_("Empty: not known yet."))
    amount = amount_field(_("amount"))
    day = forms.DateField(label=_("day"), initial=timezone.localdate)
    reference = forms.CharField(label=_("reference"), max_length=140)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("source") == ReceiptSource.CASH and typed.get("station") is None:
            self.add_error("station", gettext("Say where the cash lies."))
        return typed


class IdentifyForm(forms.Form):
    payer = PayerField(label=_("payer"))


class AllocateForm(forms.Form):
    statement = forms.ChoiceField(label=_("statement"))
    amount = amount_field(_("amount"))

    def __init__(self, *args: Any, owed: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].choices = [  # type: ignore[attr-defined]  # a choice field
            (one.statement_id, f"{one.number} · {one.owed}") for one in owed
        ]


class ChequeForm(forms.Form):
    payer = PayerField(label=_("payer"))
    amount = amount_field(_("amount"))
    collect_on = forms.DateField(label=_("to be collected on"), initial=timezone.localdate)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class CollectForm(forms.Form):
    number = forms.CharField(label=_("cheque number"), max_length=20)
    bank = forms.CharField(label=_("drawn on"), max_length=80)
    drawn_on = forms.DateField(label=_("day of drawing"))
    amount = amount_field(_("amount"), required=False, help_text=_("Empty: as it was promised."))


class ClearedForm(forms.Form):
    """Where bank lines of the payer with this amount are there, one of them may be its money."""

    day = forms.DateField(label=_("day"), initial=timezone.localdate)
    receipt = forms.ModelChoiceField(
        Receipt.objects.none(),
        label=_("the bank's line"),
        required=False,
        empty_label=_("has not come yet"),
        help_text=_("A payment of this amount that is in a bank file already may be the cheque's."),
    )

    def __init__(self, *args: Any, receipts: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if receipts:
            self.fields["receipt"].queryset = receipts  # type: ignore[attr-defined]
            self.fields["receipt"].initial = receipts[0]
        else:
            del self.fields["receipt"]


class SeenForm(forms.Form):
    """Which letter the page has shown: another one is not sent."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class PromiseForm(forms.Form):
    pay_on = forms.DateField(label=_("pays on"))
    said_by = forms.CharField(label=_("who said so"), max_length=60)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


MOST_LEVELS_TYPED = 5


class DunningPlanForm(forms.Form):
    """A plan with up to five letters; a letter without days is none."""

    name = forms.CharField(label=_("name"), max_length=60)
    is_usual = forms.BooleanField(label=_("for all whose terms name none"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in range(1, MOST_LEVELS_TYPED + 1):
            said = {"level": level}
            self.fields[f"after_days_{level}"] = forms.IntegerField(
                label=gettext("letter %(level)d: days after the due day") % said,
                min_value=1, max_value=365, required=False,
            )  # fmt: skip
            self.fields[f"pay_within_days_{level}"] = forms.IntegerField(
                label=gettext("letter %(level)d: days to pay") % said,
                min_value=1, max_value=60, required=False,
            )  # fmt: skip
            self.fields[f"title_{level}"] = forms.CharField(
                label=gettext("letter %(level)d: title") % said, max_length=40, required=False
            )
            self.fields[f"words_{level}"] = forms.CharField(
                label=gettext("letter %(level)d: words") % said,
                max_length=600, required=False, widget=forms.Textarea({"rows": 3}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        levels, ended = [], False
        for level in range(1, MOST_LEVELS_TYPED + 1):
            names = ("after_days", "pay_within_days", "title", "words")
            values = {name: typed.pop(f"{name}_{level}", None) for name in names}
            if not any(values.values()):
                ended = True
                continue
            for name, value in values.items():
                if not value and f"{name}_{level}" not in self.errors:
                    self.add_error(f"{name}_{level}", gettext("Fill in all of the letter."))
            if ended:
                self.add_error(f"after_days_{level}", gettext("A letter before it is missing."))
            if all(values.values()):
                levels.append(NewLevel(**values))
        typed["levels"] = levels
        return typed


class RoundForm(forms.Form):
    papers = forms.MultipleChoiceField(label=_("papers"), widget=forms.CheckboxSelectMultiple)
    round_on = forms.DateField(label=_("day of the round"), initial=timezone.localdate)
    carrier = forms.ModelChoiceField(
        User.objects.none(), label=_("carried by"), required=False, help_text=_("A colleague, or:")
    )
    driver = forms.CharField(label=_("driver"), max_length=60, required=False)

    def __init__(self, *args: Any, waiting: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers, carrier = self.fields["papers"], self.fields["carrier"]
        papers.choices = [(one.key, one.label) for one in waiting]  # type: ignore[attr-defined]  # a choice field
        if not waiting:
            papers.help_text = gettext("Nothing waits to be carried.")
        people = User.objects.active().people()
        carrier.queryset = people.with_role(*CARRIERS).order_by("display_name")  # type: ignore[attr-defined]  # a ModelChoiceField


# Whose signature hands a paper out (BIL-4); drivers have no sign-in of their own.
CARRIERS = (Role.SETTLEMENT_CLERK, Role.AGENT, Role.DIRECTOR)


class TakeForm(FormWithFiles):
    signature = HeldFileField(
        label=_("picture of the signature"),
        required=False,
        help_text=_("Needed unless whoever carries it presses this: a driver signs on paper."),
    )


class SignForm(FormWithFiles):
    name = forms.CharField(label=_("who signed for it"), max_length=60)
    received_at = forms.DateTimeField(
        label=_("when"), required=False, help_text=_("Empty: just now.")
    )
    signature = HeldFileField(label=_("picture of the signature"), required=False)
