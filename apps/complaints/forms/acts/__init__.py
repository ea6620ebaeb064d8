"""One form for each act on a case, in the modules of ``complaints.admin.acts``; each knows its case and
who is asking."""

from typing import Any

from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.backoffice.forms.held_files import FormWithFiles
from apps.complaints.enums import CaseChannel
from apps.complaints.forms.fields import text_area
from apps.complaints.models import Case


class ActForm(FormWithFiles):
    """Nothing to type: the panel says what will happen."""

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.case = case
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the case."""

    def offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field


class ReasonForm(ActForm):
    reason = text_area(gettext_lazy("reason"), rows=2)


def channels(found: list[CaseChannel]) -> list[tuple[Any, Any]]:
    return [(channel.value, channel.label) for channel in found]
