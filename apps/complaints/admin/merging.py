"""Merging two cases and splitting one: search, compare, confirm (CMP-1)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.backoffice.forms import put_refusal
from apps.complaints import services
from apps.complaints.admin.access import must
from apps.complaints.admin.case_page import CasePages
from apps.complaints.enums import CaseClass
from apps.complaints.forms.acts.records import SplitForm, find_other
from apps.complaints.models import Case
from apps.complaints.queries.cases import LIVE_ONLY, CaseFilter, case_list
from apps.complaints.queries.desk import duplicates_of
from apps.complaints.queries.page import CasePage, case_page
from apps.complaints.rules.cases import check_merging
from apps.core.errors import RuleBroken

SHOWN = 10


class MergePages(CasePages):
    def merge_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """Which other case it is; with one chosen (``into``) both beside each other. POST merges
        ``source`` into ``into``; either of the two may be the one that stays."""
        must(request, "merge_case")
        case = self.seen(request, number)
        refusal = ""
        other: Case | None = None
        chosen = request.POST.get("with") or request.GET.get("with", "")
        if chosen:
            try:
                other = find_other(chosen, person(request))
            except forms.ValidationError as error:
                refusal = error.messages[0]
        if request.method == "POST" and other is not None:
            keeps_other = request.POST.get("stays") != case.number
            source, target = (case, other) if keeps_other else (other, case)
            try:
                services.merge_cases(source_id=source.pk, target_id=target.pk, **who(request))
            except RuleBroken as error:
                refusal = str(error)
            else:
                messages.success(
                    request,
                    _(
                        "%(source)s is merged into %(target)s: its conversation is read here, its clocks have stopped."
                    )
                    % {"source": source.number, "target": target.number},
                )
                return redirect(self.page_of(target))
        elif other is not None:
            refusal = _refusal(case, other)
        return self.page(
            request,
            "complaints/merge.html",
            _("Merge %(number)s") % {"number": case.number},
            refusal=refusal,
            case=case,
            other=other,
            pages=self._both(request, case, other),
            **self._found(request, case),
        )

    def _both(self, request: HttpRequest, case: Case, other: Case | None) -> list[CasePage]:
        if other is None or other.pk == case.pk:
            return []
        return [case_page(one.number, person(request)) for one in (case, other)]

    def _found(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """Likely ones; with words typed, what they find among the live cases."""
        text = request.GET.get("q", "").strip()
        user = person(request)
        found: list[Case] = []
        if text:
            filters = CaseFilter(text=text, states=(LIVE_ONLY,))
            found = list(case_list(user, filters).exclude(pk=case.pk)[:SHOWN])
        duplicates = duplicates_of(case, user, timezone.now())
        return {"text": text, "found": found, "duplicates": duplicates}

    def split_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """A second matter in one conversation becomes a case of its own."""
        must(request, "merge_case")
        case = self.seen(request, number)
        user = person(request)
        page = case_page(number, user)
        own = [line for line in page.lines if not line.of]
        data = request.POST if request.method == "POST" else None
        form = SplitForm(data, initial={"case_class": CaseClass.COMPLAINT}, case=case, user=user)
        form.offer("entries", [(line.pk, line.text[:60]) for line in own])
        if form.is_valid():
            typed = form.cleaned_data
            try:
                made = services.split_case(
                    case_id=case.pk,
                    entry_ids=typed["entries"],
                    title=typed["title"],
                    case_class=CaseClass(typed["case_class"]),
                    **who(request),
                )
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(
                    request,
                    _("%(number)s is a case of its own now, linked with %(old)s; its clocks run.")
                    % {"number": made.number, "old": case.number},
                )
                return redirect(self.page_of(made))
        chosen = {int(pk) for pk in (data.getlist("entries") if data else []) if pk.isdecimal()}
        return self.page(
            request,
            "complaints/split.html",
            _("Split %(number)s") % {"number": case.number},
            case=case,
            form=form,
            lines=own,
            chosen=chosen,
        )


def _refusal(case: Case, other: Case) -> str:
    """Said before anybody presses the button."""
    try:
        check_merging(case, other)
    except RuleBroken as refusal:
        return str(refusal)
    return ""
