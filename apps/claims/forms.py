"""What staff type about claims, decisions, payments, recoveries, rules and limits (CMP-6)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.backoffice.forms import DayInput
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.claims.enums import Against, ClaimKind, Cover, Formula, PaperKind, PayWay, Told
from apps.claims.inputs import Proof
from apps.claims.models import Assessment, Claim
from apps.claims.queries.lists import find_waybill
from apps.claims.rules.amounts import amount, read_items
from apps.complaints.models import Case
from apps.core.errors import BadInput
from apps.core.money import format_money
from apps.customers.models import Customer
from apps.tracking.models import PartnerCarrier

DAY = DayInput


class SumField(forms.CharField):
    """Yuan in plain figures; its value is a Decimal, or None where nothing is typed."""

    def __init__(self, *, zero: bool = False, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(**{"max_length": 20, "widget": widget, **more})
        self.zero = zero

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return amount(text, "amount", zero=self.zero)
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal


class ItemsField(forms.CharField):
    """One thing a line with its amount."""

    def __init__(self, **more: Any) -> None:
        help_text = _(
            "One thing a line: what, perhaps × how many, and the amount. “Vase ×2 1280.50”"
        )
        values = {"label": _("what is claimed"), "help_text": help_text, "max_length": 4000}
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **{**values, **more})

    def clean(self, value: Any) -> Any:
        try:
            return read_items(super().clean(value))
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal


class FileClaimForm(FormWithFiles):
    """A claim in one breath; with the money handed over at once where it is within the own limit."""

    waybill = forms.CharField(label=_("waybill number"), max_length=40)
    case = forms.CharField(label=_("case"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    items = ItemsField()
    what = forms.CharField(label=_("what has happened"), max_length=300, required=False)
    for_customer = forms.BooleanField(
        label=_("the shipment's customer claims"), required=False, initial=True
    )
    party_name = forms.CharField(label=_("otherwise: who claims"), max_length=60, required=False)
    party_phone = forms.CharField(label=_("their phone"), max_length=40, required=False)
    fee = SumField(label=_("fee of the shipment"), required=False, zero=True)
    shown_to = forms.CharField(label=_("rules explained to"), max_length=60)
    shown_how = forms.ChoiceField(label=_("how explained"), choices=Told.choices)
    pay_now = forms.BooleanField(
        label=_("Pay it now, on the spot"),
        required=False,
        help_text=_(
            "Within your own limit: one picture, and the receiver's signature as a picture."
        ),
    )
    received_by = forms.CharField(label=_("who receives it"), max_length=60, required=False)
    picture = HeldFileField(label=_("picture of the harm"), required=False)
    signature = HeldFileField(label=_("receiver's signature"), required=False)

    def clean_waybill(self) -> Any:
        found = find_waybill(self.cleaned_data["waybill"], self.user)
        if found is None:
            raise forms.ValidationError(gettext("There is no such shipment for you."))
        return found

    def clean_case(self) -> Any:
        number = self.cleaned_data["case"].strip()
        if not number:
            return None
        found = Case.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no such case for you."))
        return found

    def clean(self) -> Any:
        typed = super().clean() or {}
        if typed.get("pay_now"):
            for name in ("received_by", "picture", "signature"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Needed to pay on the spot."))
        return typed


class PaperForm(FormWithFiles):
    kind = forms.ChoiceField(label=_("kind"), choices=PaperKind.choices)
    file = HeldFileField(label=_("file"))
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def clean_kind(self) -> PaperKind:
        return PaperKind(self.cleaned_data["kind"])


class AskPapersForm(forms.Form):
    what = forms.CharField(label=_("which papers"), max_length=300)


class AssessForm(forms.Form):
    """What each thing is worth by the papers, and what is left of it."""

    days_late = forms.IntegerField(label=_("days late"), min_value=0, max_value=999, required=False)
    proved_value = SumField(
        label=_("proved value of the whole shipment"), required=False,
        help_text=_("By the papers. All claims of a shipment together come to this or the declared value, and the"
                    " freight, at most."),
    )  # fmt: skip
    override = SumField(
        label=_("another amount than the computed one"), required=False, zero=True,
        help_text=_("Only a higher post, with a reason; never above the insured amount or the proved loss."),
    )  # fmt: skip
    override_reason = forms.CharField(label=_("why another amount"), max_length=300, required=False)

    def __init__(self, *args: Any, claim: Claim, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim_items = list(claim.items.all())
        for item in self.claim_items:
            self.fields[f"proved_{item.pk}"] = SumField(
                label=gettext("%(what)s: proved") % {"what": item}, required=False, zero=True,
                initial=item.proved if item.proved is not None else item.claimed,
            )  # fmt: skip
            self.fields[f"salvage_{item.pk}"] = SumField(
                label=gettext("%(what)s: what is left") % {"what": item}, required=False, zero=True,
                initial=item.salvage,
            )  # fmt: skip
        if claim.kind != ClaimKind.DELAY:
            del self.fields["days_late"]
        else:
            self.fields["days_late"].initial = claim.days_late
        if not may_override:
            del self.fields["override"], self.fields["override_reason"]
        mine = [name for name in self.fields if name.startswith(("proved_", "salvage_"))]
        self.fields["proved_value"].initial = claim.proved_value
        self.order_fields(mine)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        proofs = {}
        for item in self.claim_items:
            proved = typed.pop(f"proved_{item.pk}", None)
            left = typed.pop(f"salvage_{item.pk}", None)
            if proved is not None:
                proofs[item.pk] = Proof(proved, left or Decimal(0))
        return {**typed, "proofs": proofs}


class _DecideForm(forms.Form):
    """``seen``: the assessment that the page showed; a newer one by now is not decided unread."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, assessment: Assessment | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if assessment is not None:
            words = gettext("Assessment %(n)d comes to %(amount)s.")
            amount = format_money(assessment.amount)
            self.fields["reason"].help_text = words % {"n": assessment.n, "amount": amount}


class ApproveForm(_DecideForm):
    reason = forms.CharField(label=_("remark"), max_length=300, required=False)


class ReturnForm(_DecideForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseClaimForm(forms.Form):
    clause = forms.CharField(label=_("clause"), max_length=120)
    reason = forms.CharField(
        label=_("reason, in one sentence that the customer reads"), max_length=300
    )


class AgreeForm(forms.Form):
    """``amount``: what the page showed and the agent has read back."""

    amount = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=2)
    said_back = forms.CharField(
        label=_("what you read back to them"), max_length=300,
        help_text=_("The amount and how it is paid, as they heard it."),
    )  # fmt: skip


class PlanPaymentForm(forms.Form):
    way = forms.ChoiceField(
        label=_("way of payment"),
        choices=[(one.value, one.label) for one in (PayWay.CASH, PayWay.TRANSFER, PayWay.SET_OFF)],
    )
    amount = SumField(label=_("amount"))
    received_by = forms.CharField(label=_("who receives it"), max_length=60, required=False)
    from_account = forms.ModelChoiceField(
        BankAccount.objects.filter(state=AccountState.OPEN),
        label=_("paid from"),
        required=False,
        help_text=_("Of a transfer."),
    )

    def clean_way(self) -> PayWay:
        return PayWay(self.cleaned_data["way"])


class RecoveryForm(forms.Form):
    against = forms.ChoiceField(label=_("recovered from"), choices=Against.choices)
    carrier = forms.ModelChoiceField(
        PartnerCarrier.objects.all(), label=_("partner carrier"), required=False
    )
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("unit"), required=False)
    insurer = forms.CharField(label=_("insurer"), max_length=120, required=False)
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("person, by QC's decision"), required=False
    )
    asked = SumField(label=_("sum asked"))
    basis = forms.CharField(label=_("clause or decision"), max_length=300)

    def __init__(self, *args: Any, may_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["person"]
        if may_person:
            chosen.queryset = User.objects.active().people().order_by("display_name", "pk")
        else:
            del self.fields["person"]
            ways: Any = self.fields["against"]
            ways.choices = [pair for pair in Against.choices if pair[0] != Against.PERSON]

    def clean_against(self) -> Against:
        return Against(self.cleaned_data["against"])


class AgreedSumForm(forms.Form):
    agreed = SumField(label=_("agreed"))


class ReceivedSumForm(forms.Form):
    received = SumField(label=_("received"))


class RuleForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    cover = forms.ChoiceField(label=_("cover"), choices=Cover.choices)
    customer = forms.ModelChoiceField(
        Customer.objects.all(), label=_("customer"), required=False,
        help_text=_("Empty: for everybody, published, ten days ahead."),
    )  # fmt: skip
    formula = forms.ChoiceField(label=_("formula"), choices=Formula.choices)
    share = forms.DecimalField(
        label=_("share that is paid"), initial=1, min_value=0, max_value=1, decimal_places=4
    )
    deductible = SumField(label=_("deductible"), initial="0", zero=True)
    cap = SumField(label=_("at most"), required=False)
    is_proportional = forms.BooleanField(
        label=_("under-insurance counts in proportion"), required=False
    )
    fee_per_day = forms.DecimalField(
        label=_("part of the fee per day late"), required=False, min_value=0, max_value=1, decimal_places=4
    )  # fmt: skip
    limit = SumField(label=_("agreed limit for uninsured goods"), required=False)
    limit_explained_on = forms.DateField(label=_("limit explained on"), required=False, widget=DAY)
    limit_explained_how = forms.CharField(
        label=_("how it was explained"), max_length=200, required=False
    )
    clause = forms.CharField(label=_("clause"), max_length=80)
    text = forms.CharField(label=_("text (Chinese)"), widget=forms.Textarea, max_length=4000)
    english_text = forms.CharField(
        label=_("text (English)"), widget=forms.Textarea, max_length=4000
    )
    since = forms.DateField(label=_("valid from"), widget=DAY)
    review_on = forms.DateField(label=_("to be reviewed by"), required=False, widget=DAY)


class LimitForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    per_claim = SumField(label=_("per claim"))
    per_day = SumField(label=_("per person and day"))
    on_the_spot = SumField(label=_("on the spot up to"), initial="0", zero=True)
    since = forms.DateField(label=_("valid from"), widget=DAY)
    review_on = forms.DateField(label=_("to be reviewed by"), required=False, widget=DAY)
