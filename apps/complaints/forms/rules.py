"""Causes as staff edit them: refused beside the field at fault."""

from typing import Any

from django import forms

from apps.complaints.models import CauseNode
from apps.complaints.rules.causes import check_code
from apps.core.errors import BadInput


class CauseForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
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
