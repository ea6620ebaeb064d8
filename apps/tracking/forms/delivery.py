"""What is typed at a delivery."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFilesField
from apps.core.errors import BadInput
from apps.core.files import HoldableFile, NewFile
from apps.core.files.pictures import MOST_PHOTOS, CleanPhoto, clean_photo
from apps.tracking.enums import (
    CodMethod,
    ConfirmedBy,
    HandedOverAt,
    Party,
    PromiseCause,
    Satisfaction,
)
from apps.tracking.forms.fields import MomentField, NoteField
from apps.tracking.models import Courier, ProofOfDelivery, Waybill
from apps.tracking.signing import NewProof

ANSWERS = [("", "—"), ("yes", _("Yes")), ("no", _("No"))]


class PhotosField(HeldFilesField):
    """Several pictures; each is read, checked and drawn anew."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = "image/jpeg,image/png,image/webp,image/gif"

    def accept(self, file: NewFile) -> HoldableFile:
        """Kept is what was drawn."""
        return super().accept(NewFile(clean_photo(BytesIO(file.content)).content, file.name))

    def clean(self, data: Any, initial: Any = None) -> list[CleanPhoto]:
        files = super().clean(data, initial)
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(_("At most %(n)d photos."), params={"n": MOST_PHOTOS})
        photos, wrong = [], []
        for file in files:
            try:
                photos.append(clean_photo(BytesIO(file.content)))
            except BadInput as problem:
                wrong.append(f"{file.name}: {problem}")
        if wrong:
            raise forms.ValidationError(wrong)
        return photos


def _yes_no(label: Any, required: bool = False) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=ANSWERS,
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=required,
    )


class ProofForm(FormWithFiles):
    signed_by = forms.CharField(label=_("signed by"), max_length=80)
    signed_at = MomentField(label=_("signed at"))
    handed_over = forms.ChoiceField(label=_("handed over"), choices=HandedOverAt.choices)
    packaging_intact = _yes_no(_("packaging intact"), required=True)
    was_opened = _yes_no(_("opened and checked"), required=True)
    appearance_good = _yes_no(_("looks as it should"))
    count_right = _yes_no(_("count as on the list"))
    cod_paid = forms.DecimalField(
        label=_("paid at the door"), max_digits=14, decimal_places=2, required=False
    )
    cod_method = forms.ChoiceField(
        label=_("paid by"), choices=[("", "—"), *CodMethod.choices], required=False
    )
    cod_reason = forms.CharField(label=_("why the sum differs"), max_length=300, required=False)
    courier = forms.ModelChoiceField(
        Courier.objects.none(),
        label=_("courier"),
        required=False,
        help_text=_("Who delivered it, and has the cash."),
    )
    photos = PhotosField(label=_("photos"), required=False)
    place = forms.CharField(label=_("place"), max_length=120, required=False)
    notes = NoteField(label=_("notes"), required=False)

    def __init__(self, *args: Any, waybill: Waybill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        couriers: Any = self.fields["courier"]
        couriers.queryset = Courier.objects.active()
        if waybill.cod_amount is None:
            for name in ("cod_paid", "cod_method", "cod_reason"):
                del self.fields[name]

    def proof(self) -> NewProof:
        values = {k: v for k, v in self.cleaned_data.items() if k not in ("photos", "reason")}
        values["handed_over"] = HandedOverAt(values["handed_over"])
        return NewProof(**values)


class CorrectionForm(ProofForm):
    """The last version to change, but for the name: that is not shown in clear again."""

    reason = forms.CharField(label=_("reason of the correction"), max_length=300)

    def __init__(self, *args: Any, waybill: Waybill, **kwargs: Any) -> None:
        super().__init__(*args, waybill=waybill, **kwargs)
        self._waybill = waybill
        self.fields["signed_by"].required = False
        self.fields["signed_by"].help_text = _("Empty: as before.")

    def proof(self) -> NewProof:
        proof = super().proof()
        last = self._waybill.proofs.filter(superseded_by__isnull=True).first()
        return (
            proof if proof.signed_by or last is None else replace(proof, signed_by=last.signed_by)
        )


def proof_initial(proof: ProofOfDelivery) -> dict[str, Any]:
    """The form as the last version filled it, without the name."""
    words = {True: "yes", False: "no", None: ""}
    plain = ("signed_at", "handed_over", "cod_paid", "cod_method", "cod_reason", "notes")
    asked = ("packaging_intact", "was_opened", "appearance_good", "count_right")
    return (
        {name: getattr(proof, name) for name in plain}
        | {"courier": proof.courier_id}
        | {name: words[getattr(proof, name)] for name in asked}
    )


class SignerForm(forms.Form):
    name = forms.CharField(label=_("may sign"), max_length=80)
    phone = forms.CharField(label=_("phone"), max_length=30, required=False)
    given_by = forms.CharField(label=_("authorised by (at the customer)"), max_length=80)
    confirmed = forms.ChoiceField(label=_("confirmed by"), choices=ConfirmedBy.choices)
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class ConsentForm(forms.Form):
    party = forms.ChoiceField(label=_("party"), choices=Party.choices)
    place = forms.CharField(label=_("station or locker"), max_length=120)
    given_by = forms.CharField(label=_("given by"), max_length=80)
    confirmed = forms.ChoiceField(label=_("confirmed by"), choices=ConfirmedBy.choices)
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class SatisfactionForm(forms.Form):
    satisfaction = forms.ChoiceField(label=_("satisfied"), choices=Satisfaction.choices)
    comment = NoteField(label=_("comment"), required=False)


class PromiseForm(forms.Form):
    promised = MomentField(label=_("promised by"))
    cause = forms.ChoiceField(
        label=_("cause"),
        choices=[
            ("", ""),
            *((one.value, one.label) for one in (PromiseCause.CUSTOMER, PromiseCause.OWN)),
        ],
        help_text=_("Punctuality is measured by the promise before it if the cause is ours."),
    )
    reason = forms.CharField(label=_("reason"), max_length=300)
