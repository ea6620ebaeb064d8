"""What appeals add to the cases of the channel “authority” (complaints/extensions.py)."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.appeals.acts import ACTS
from apps.appeals.forms import intake_fields
from apps.appeals.inputs import NewAppeal
from apps.appeals.queries import appeal_of
from apps.appeals.services import check_appeal, open_appeal
from apps.complaints.enums import CaseChannel
from apps.complaints.extensions import Addition, CaseExtension, Section
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.sla.enums import Metric


class AppealExtension(CaseExtension):
    name = "appeal"
    acts = ACTS
    groups = {
        "talk": ("appeal-answer",),
        "decide": ("appeal-decide",),
        "records": ("appeal-number",),
    }

    def intake_fields(self) -> dict[str, forms.Field]:
        return intake_fields()

    def check_intake(self, form: forms.Form, values: Mapping[str, Any]) -> None:
        """What the authority's paper says is asked for where it is one, and nowhere else."""
        given = values.get("appeal_number") or values.get("answer_due")
        if values.get("channel") == CaseChannel.AUTHORITY:
            if not values.get("brought_at") and "brought_at" not in form.errors:
                form.add_error("brought_at", _("Say when the appeal was received."))
        elif given:
            text = _("Only a case from the postal authority has the number of an appeal.")
            form.add_error("channel", text)

    def intake_values(self, values: Mapping[str, Any]) -> NewAppeal | None:
        if values["channel"] != CaseChannel.AUTHORITY:
            return None
        return NewAppeal(values["appeal_number"], values["answer_due"])

    def addition(self, new: NewCase, at: datetime) -> Addition | None:
        """A case from the authority without a number is refused, in words."""
        given: NewAppeal | None = new.extras.get(self.name)
        if given is None and new.channel != CaseChannel.AUTHORITY:
            return None
        appeal = check_appeal(new, given or NewAppeal(""), at)
        due = appeal.answer_due_at
        return Addition(
            save=partial(_open, appeal),
            dues={Metric.AUTHORITY: due} if due is not None else {},
            words=appeal.number,
        )

    def section(self, case: Case, user: User) -> Section | None:
        appeal = appeal_of(case) if user.has_perm("appeals.view_appeal") else None
        return Section("appeals/_case.html", appeal) if appeal is not None else None


def _open(appeal: NewAppeal, case: Case, by: User, at: datetime) -> None:
    open_appeal(case, appeal, by=by, at=at)


CASE_EXTENSION = AppealExtension()
