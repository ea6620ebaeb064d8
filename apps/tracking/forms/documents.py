"""What is typed about a return document."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.tracking.enums import DocumentState, FilingPlace
from apps.tracking.forms.fields import NoteField
from apps.tracking.models import ReturnDocument
from apps.tracking.states import DOCUMENT_MOVES

APART = (DocumentState.FILED, DocumentState.DESTROYED)


class MoveForm(forms.Form):
    to = forms.ChoiceField(label=_("next state"))
    place = forms.CharField(label=_("where it is"), max_length=120, required=False)
    unit = forms.ModelChoiceField(Unit.objects.active(), label=_("unit"), required=False)
    note = NoteField(label=_("note"), required=False, max_length=300)

    def __init__(self, *args: Any, document: ReturnDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]  # the field declared above
            (state.value, state.label)
            for state in DocumentState
            if state not in APART and DOCUMENT_MOVES.allows(document.state, state)
        ]


class FileForm(forms.Form):
    location = forms.CharField(label=_("shelf, box, sheet"), max_length=120)
    filing_place = forms.ChoiceField(label=_("filed at"), choices=FilingPlace.choices)
    note = NoteField(label=_("note"), required=False, max_length=300)


class DestroyForm(forms.Form):
    reason = NoteField(label=_("on whose order and how"), max_length=300)
