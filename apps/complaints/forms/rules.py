"""Rules, ready-made answers and causes as staff edit them: refused beside the field at fault."""

from typing import Any

from django import forms

from apps.complaints.models import CannedAnswer, CauseNode
from apps.complaints.rules.answers import check_answer
from apps.complaints.rules.causes import check_code
from apps.core.errors import BadInput


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """A variable that does not exist, or a brace alone, is refused before anything is saved."""

    class Meta:
        model = CannedAnswer
        fields = (
            "kind",
            "code",
            "language",
            "case_class",
            "title",
            "body",
            "position",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        try:
            check_answer(values.get("title") or "", values.get("body") or "")
        except BadInput as refusal:
            self.add_error(refusal.field, str(refusal))
        return values


class CauseForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = CauseNode
        fields = ("parent", "code", "name", "english_name", "liable", "position", "is_active")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        parent = values.get("parent") or (self.instance.parent if self.instance.pk else None)
        code = values.get("code") or self.instance.code
        try:
            check_code(code, parent.code if parent else "")
        except BadInput as refusal:
            self.add_error("code" if "code" in self.fields else None, str(refusal))
        return values
