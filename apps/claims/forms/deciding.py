"""What staff type when a claim is assessed, decided, agreed to or disputed (CMP-6)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.claims.enums import ClaimKind
from apps.claims.forms.fields import SumField
from apps.claims.inputs import Proof
from apps.claims.models import Assessment, Claim
from apps.core.money import format_money


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
    read_back = forms.CharField(
        label=_("what you read back to them"), max_length=300,
        help_text=_("The amount and how it is paid, as they heard it."),
    )  # fmt: skip


class DisputeForm(forms.Form):
    """``amount``: what the page showed, so that another amount by now is not disputed unread."""

    amount = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=2)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
