"""What staff type about payouts and payment files."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount, BankLine
from apps.banking.paying import templates
from apps.core.money import format_money


class MakeFileForm(forms.Form):
    account = forms.ModelChoiceField(label=_("paid from"), queryset=BankAccount.objects.none())
    template = forms.ChoiceField(label=_("bank's template"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = BankAccount.objects.filter(state=AccountState.OPEN)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]  # a choice of rows
        self.fields["template"].choices = [(one.code, one.name) for one in templates().values()]  # type: ignore[attr-defined]  # a choice


class ResultsForm(FormWithFiles):
    file = HeldFileField(
        label=_("Bank's results"),
        help_text=_(
            "As the bank exports them: csv, xls or xlsx with 业务参考号 or 自定义序号, 金额 and 处理结果."
        ),
    )


class LineForm(forms.Form):
    line = forms.ModelChoiceField(label=_("bank line"), queryset=BankLine.objects.none())

    def __init__(self, *args: Any, lines: Iterable[BankLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [one.pk for one in lines]
        field: Any = self.fields["line"]
        field.queryset = BankLine.objects.filter(pk__in=found)
        field.label_from_instance = _line_label


class ReturnForm(LineForm, ReasonForm):
    """Why it was not paid, and by which line it came back if it had left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].required = False


def _line_label(line: BankLine) -> str:
    return f"{line.day:%Y-%m-%d} {format_money(line.amount)} {line.shown_name} {line.shown_text}"
