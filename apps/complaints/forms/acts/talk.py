"""Forms of what is said to the customer and heard from them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.complaints.forms.acts import ActForm, channels
from apps.complaints.forms.fields import FilesField, line, select, text_area
from apps.complaints.rules.ways import ways_to_tell, ways_to_write
from apps.core.fields import NaturalMomentField

MOST_NAMES = 2_000


class ReplyForm(ActForm):
    channel = select([], gettext_lazy("by which channel"))
    used = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    text = text_area(gettext_lazy("reply"), rows=6)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files
    then_wait = forms.BooleanField(
        label=gettext_lazy("then wait for their answer (pauses the clocks that may pause)"),
        required=False,
    )

    def prepare(self) -> None:
        self.offer("channel", channels(ways_to_write(self.case)))

    def clean_used(self) -> tuple[str, ...]:
        """Codes of the articles that were put in, as the page collects them."""
        return tuple(dict.fromkeys(str(self.cleaned_data["used"]).split()))


class CallForm(ActForm):
    direction = select(
        [("out", gettext_lazy("We called them")), ("in", gettext_lazy("They called us"))],
        gettext_lazy("who called"),
        initial="out",
    )
    reached = select(
        [("yes", gettext_lazy("Spoke with them")), ("no", gettext_lazy("Nobody answered"))],
        gettext_lazy("reached"),
        initial="yes",
    )
    text = text_area(gettext_lazy("what was said"))


class PlanForm(ActForm):
    channel = select([], gettext_lazy("told by"))
    text = text_area(gettext_lazy("what we will do, and by when"), rows=5)

    def prepare(self) -> None:
        self.offer("channel", channels(ways_to_tell(self.case)))


class PromiseForm(ActForm):
    due_at = NaturalMomentField(label=gettext_lazy("by when"))
    what = line(gettext_lazy("what we promised"), 120, required=True)


class KeepForm(ActForm):
    clock = forms.IntegerField(widget=forms.HiddenInput)


class DropForm(KeepForm):
    reason = line(gettext_lazy("why it need not be kept"), 200, required=True)


class AskForm(ActForm):
    channel = select([], gettext_lazy("by which channel"))

    def prepare(self) -> None:
        self.offer("channel", channels(ways_to_write(self.case)))


class PraiseForm(ActForm):
    colleague = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("colleague"))

    def prepare(self) -> None:
        field: Any = self.fields["colleague"]
        people = User.objects.active().people()
        field.queryset = people
        names = people.order_by("display_name").values_list("pk", "display_name")[:MOST_NAMES]
        field.choices = [("", "—"), *names]
