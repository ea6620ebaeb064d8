"""The page on which a new version of a policy is typed: its forms together, and what they start with."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.sla.enums import OnReopen, Whom
from apps.sla.forms.policies import UNIT_CHOICES, StepForm, TargetForm, VersionForm, split
from apps.sla.models import Policy, PolicyVersion, Step, Target
from apps.sla.services import NewTarget

MOST_TARGETS, MOST_STEPS, MORE = 20, 20, 2


def _formset(form: type[forms.Form], most: int) -> Any:
    return forms.formset_factory(
        form, extra=0, can_delete=True, max_num=most, validate_max=True, absolute_max=most + 5
    )


Targets, Steps = _formset(TargetForm, MOST_TARGETS), _formset(StepForm, MOST_STEPS)


class Block:
    """One target's form with the formset of its steps."""

    def __init__(self, formset: Any, form: Any, data: QueryDict | None, begun: Any) -> None:
        self.formset, self.form = formset, form
        self.steps = Steps(data, initial=begun, prefix=f"{form.prefix}-s")
        if data is None:
            self.steps.extra = MORE

    @property
    def is_filled(self) -> bool:
        return _is_filled(self.formset, self.form)

    @property
    def is_open(self) -> bool:
        """Shown unfolded: what is new or wrong, and everything where there is little."""
        rows = [self.form, *self.steps.forms]
        is_new = not self.form["metric"].value()
        few = len(self.formset.forms) <= MORE
        return few or is_new or (self.form.is_bound and any(row.errors for row in rows))

    @property
    def within(self) -> str:
        """“4 hours”, as it stands in the form."""
        number = self.form["number"].value()
        if number in (None, ""):
            return _("without limit")
        return f"{number} {dict(UNIT_CHOICES).get(self.form['unit'].value(), '')}"

    @property
    def step_count(self) -> int:
        return sum(1 for row in self.steps.forms if row["name"].value())

    def new_target(self) -> NewTarget:
        values = self.form.cleaned_data
        return NewTarget(
            metric=values["metric"],
            seconds=self.form.seconds,
            calendar=values["calendar"],
            pauses=values["pauses"],
            on_reopen=values["on_reopen"],
            counts_from=values["counts_from"],
            steps=[row.step() for row in self.steps.forms if _is_filled(self.steps, row)],
        )


def _is_filled(formset: Any, row: Any) -> bool:
    """Neither ticked to go nor an empty row at the end."""
    values = getattr(row, "cleaned_data", None)
    return values != {} and not (values and values.get("DELETE"))


class VersionPage:
    """All forms of the page together."""

    def __init__(
        self, policy: Policy, current: PolicyVersion | None, data: QueryDict | None
    ) -> None:
        begun = initial_of(current)
        self.version = VersionForm(data, kind=policy.kind, initial=begun["version"], prefix="v")
        self.formset = Targets(data, initial=begun["targets"], prefix="t")
        if data is None and current is None:
            self.formset.extra = 1
        steps = [*begun["steps"], *[None] * (MOST_TARGETS + 5)]
        self.blocks = [
            Block(self.formset, form, data, first)
            for form, first in zip(self.formset.forms, steps, strict=False)
        ]

    def is_valid(self) -> bool:
        """The steps of a target that is to go are not judged."""
        good = self.version.is_valid() & self.formset.is_valid()
        for block in self.blocks:
            if block.is_filled:
                good &= block.steps.is_valid()
        return bool(good)

    @property
    def filled(self) -> list[Block]:
        return [block for block in self.blocks if block.is_filled]

    def new_targets(self) -> list[NewTarget]:
        return [block.new_target() for block in self.filled]

    def refuse(self, refusal: RuleBroken) -> None:
        """Beside the target at fault, or above the page."""
        row = getattr(refusal, "row", None)
        filled = self.filled
        if isinstance(row, int) and 0 < row <= len(filled):
            field = "number" if refusal.field == "seconds" else None
            filled[row - 1].form.add_error(field, str(refusal))
            return
        field = refusal.field if refusal.field in self.version.fields else None
        self.version.add_error(field, str(refusal))

    @property
    def mistakes(self) -> list[tuple[str, str, str]]:
        """(id of the input, its label, what is wrong), in the order of the page."""
        forms_ = [self.version]
        for block in self.blocks:
            forms_ += [block.form, *block.steps.forms]
        formsets = [self.formset, *(block.steps for block in self.blocks if block.is_filled)]
        found = [("", "", str(e)) for one in formsets for e in one.non_form_errors()]
        for form in forms_:
            for name, errors in form.errors.items() if form.is_bound else ():
                field = form[name] if name in form.fields else None
                label = str(field.label) if field else ""
                place = str(field.id_for_label or field.auto_id) if field else ""
                found += [(place, label, str(e)) for e in errors]
        return found


def with_more(data: QueryDict, prefix: str) -> QueryDict:
    """The same input with empty rows added to one formset (``t`` or ``t0-s``)."""
    key = f"{prefix}-TOTAL_FORMS"
    more = data.copy()
    total = str(data.get(key, "0"))
    count = int(total) if total.isdecimal() and len(total) < 4 else 0
    new = 1 if prefix == "t" else MORE
    more[key] = str(count + new)
    if prefix == "t":
        more[f"t-{count}-s-TOTAL_FORMS"] = str(MORE)
        more[f"t-{count}-s-INITIAL_FORMS"] = "0"
        # As an empty row starts, so that one left alone is no row.
        more[f"t-{count}-unit"], more[f"t-{count}-on_reopen"] = "h", OnReopen.NONE.value
    return more


def initial_of(current: PolicyVersion | None) -> Mapping[str, Any]:
    """What the forms start with: what the version in force says."""
    if current is None:
        return {"version": {}, "targets": [], "steps": []}
    names = ("classes", "severities", "channels", "customer_ids", "contract_ids")
    targets = list(current.targets.order_by("id"))
    return {
        "version": {name: getattr(current, name) for name in names},
        "targets": [_target_initial(target) for target in targets],
        "steps": [
            [_step_initial(step) for step in target.steps.order_by("position")]
            for target in targets
        ],
    }


def _target_initial(target: Target) -> dict[str, Any]:
    number, unit = (None, "h") if target.seconds is None else split(target.seconds)
    return {
        "metric": target.metric,
        "number": number,
        "unit": unit,
        "calendar": target.calendar_id,
        "pauses": target.pauses,
        "on_reopen": target.on_reopen,
        "counts_from": target.counts_from,
    }


def _step_initial(step: Step) -> dict[str, Any]:
    offset = step.offset_seconds
    number: int | None
    if offset is None:
        when, number, unit = "share", step.percent, "m"
    elif offset == 0:
        when, number, unit = "at", None, "m"
    else:
        when = "before" if offset < 0 else "after"
        number, unit = split(abs(offset))
    return {
        "name": step.name,
        "english_name": step.english_name,
        "when": when,
        "number": number,
        "unit": unit,
        "whom": f"role:{step.role}" if step.whom == Whom.ROLE else step.whom,
        "channels": step.channels,
        "off_hours": step.off_hours,
    }
