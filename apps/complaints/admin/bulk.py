"""The same act for many cases: chosen in the list, explained on a page, done by POST, each result
in its row (CMP-1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.once import done_here
from apps.complaints import services
from apps.complaints.admin.meanwhile import said_meanwhile
from apps.complaints.admin.pages import PageAdmin, must, must_see, person, who
from apps.complaints.enums import Severity
from apps.complaints.forms.lists import (
    AssignManyForm,
    CloseManyForm,
    ManyForm,
    SeverityManyForm,
)
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case
from apps.complaints.queries.cases import case_list
from apps.complaints.queries.desk import newest_entry
from apps.core.errors import RuleBroken

MOST = 200
LIST = "admin:complaints_case_changelist"


@dataclass(frozen=True)
class ManyAct:
    name: str
    label: Any
    explains: Any
    permission: str
    form: type[ManyForm]
    run: Callable[[Case, dict[str, Any], dict[str, Any]], None]
    told: bool = False  # the customer hears of it


@dataclass(frozen=True)
class Result:
    """What became of one case; ``refusal`` is empty when it is done."""

    case: Case
    refusal: str


def _assign(case: Case, typed: dict[str, Any], who: dict[str, Any]) -> None:
    services.assign_case(case_id=case.pk, owner=typed["owner"], reason=typed["reason"], **who)


def _take(case: Case, _typed: dict[str, Any], who: dict[str, Any]) -> None:
    services.take_case(case_id=case.pk, **who)


def _severity(case: Case, typed: dict[str, Any], who: dict[str, Any]) -> None:
    changes = CaseChanges(severity=Severity(typed["severity"]), severity_reason=typed["reason"])
    services.change_case(case_id=case.pk, version=case.version, changes=changes, **who)


def _close(case: Case, typed: dict[str, Any], who: dict[str, Any]) -> None:
    services.close_case(case_id=case.pk, note=typed["note"], **who)


BULK = {
    act.name: act
    for act in (
        ManyAct(
            "take", gettext_lazy("Take"), gettext_lazy("You are responsible for each of them from now on."),
            "handle_case", ManyForm, _take,
        ),
        ManyAct(
            "assign", gettext_lazy("Give to a colleague"),
            gettext_lazy("The cases and their clocks go to the new owner, who is told of each."),
            "assign_case", AssignManyForm, _assign,
        ),
        ManyAct(
            "severity", gettext_lazy("Change the severity"),
            gettext_lazy("The policy of each is chosen anew; due times may move."),
            "change_case", SeverityManyForm, _severity,
        ),
        ManyAct(
            "close", gettext_lazy("Close"),
            gettext_lazy("Only solved cases close. The note says why, where the result was not confirmed with the customer."),
            "close_case", CloseManyForm, _close, told=True,
        ),
    )
}  # fmt: skip


class BulkPages(PageAdmin):
    def bulk_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST from the list: the page that asks; POST with ``go``: each in its own transaction, so
        that one refusal does not hold up the rest. Cases this person may not see are not there."""
        must_see(request)
        if request.method != "POST":
            return redirect(LIST)
        act = BULK.get(request.POST.get("act", ""))
        if act is None:
            raise Http404
        must(request, act.permission)
        numbers = list(dict.fromkeys(request.POST.getlist("case")))[: MOST + 1]
        if not numbers or len(numbers) > MOST:
            messages.warning(
                request, _("Choose 1 to %(most)d cases in the list first.") % {"most": MOST}
            )
            kept = QueryDict(request.POST.get("query", "")[:2000])
            return redirect(f"{reverse(LIST)}?{kept.urlencode()}")
        going = "go" in request.POST
        form = act.form(request.POST if going else None, user=person(request))
        cases = list(case_list(person(request)).filter(number__in=numbers))
        results: list[Result] = []
        if going and form.is_valid():
            # Oldest first, as everybody who locks several: two at once wait, and never crosswise.
            results = [self._one(request, act, case, form) for case in reversed(cases)][::-1]
        done = sum(not one.refusal for one in results)
        answer = self.page(
            request,
            "complaints/bulk.html",
            act.label,
            act=act,
            cases=cases,
            missing=len(numbers) - len(cases),
            form=form,
            newest=newest_entry(),
            results=results,
            done=done,
        )
        if not done:
            return answer
        said = _(
            "Your first press did it: “%(act)s” for %(done)d of %(all)d cases. Each case's timeline says what happened."
        ) % {"act": act.label, "done": done, "all": len(results)}
        return done_here(answer, where=reverse(LIST), said=said)

    def _one(self, request: HttpRequest, act: ManyAct, case: Case, form: forms.Form) -> Result:
        seen = request.POST.get(f"version-{case.number}", "")
        if seen.isascii() and seen.isdigit() and len(seen) < 10:
            case.version = int(seen)  # what the page that asked has shown
        news = said_meanwhile(case, request.POST.get("seen", ""), person(request))
        if act.told and news:
            return Result(case, news[0])
        try:
            act.run(case, form.cleaned_data, who(request))
        except RuleBroken as refusal:
            return Result(case, str(refusal))
        except Case.DoesNotExist:
            return Result(case, _("This case is not there any more."))
        return Result(case, "")
