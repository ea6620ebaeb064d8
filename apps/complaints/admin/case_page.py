"""The page of one case: everything at hand, and every act where the eye is (CMP-1, CMP-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.forms.kept_files import forget_files, keep_files
from apps.backoffice.staff_admin import timeline_rows
from apps.complaints import services
from apps.complaints.admin.acts import ACTS, ALL, Act
from apps.complaints.admin.meanwhile import said_meanwhile
from apps.complaints.admin.pages import PageAdmin, may, must, must_see, person, put_refusal, who
from apps.complaints.enums import AnswerKind
from apps.complaints.forms.acts import ChangeForm
from apps.complaints.models import Case
from apps.complaints.queries.beside import Guide, ready_words
from apps.complaints.queries.desk import desk_page, who_is_told
from apps.complaints.queries.drafts import case_key, draft_form
from apps.complaints.queries.page import case_of, contact_of
from apps.complaints.queries.words import cause_tree
from apps.core.errors import RuleBroken
from apps.sla.models import Clock

# What services call a field, where the form calls it otherwise.
FIELDS = {"closing_note": "note", "label": "what", "waybill_id": "waybill"}
EVENTS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Panel:
    """One act on the page. It is open when it was refused or asked for, and only then has its form
    and what stands in it; case.js asks for a closed one's when it is opened."""

    act: Act
    address: str
    form: forms.Form | None = None
    replies: Sequence[Guide] = ()


class CasePages(PageAdmin):
    def case(self, request: HttpRequest, number: str) -> Case:
        """The case if this person may see it, else 404."""
        must_see(request)
        try:
            return case_of(number, person(request))
        except Case.DoesNotExist:
            raise Http404 from None

    def page_view(self, request: HttpRequest, number: str) -> HttpResponse:
        must_see(request)
        return self.show(request, number)

    def act_view(self, request: HttpRequest, number: str, name: str) -> HttpResponse:
        """POST does it; GET opens the page with the panel open."""
        act = ACTS.get(name)
        if act is None:
            raise Http404
        if request.method != "POST" and may(request, act.permission):
            must_see(request)
            if "seen" in request.GET:
                return self.form_view(request, number, act)
            return self.show(request, number, opened=act.name)
        case = self.case(request, number)
        if not may(request, act.permission):
            raise PermissionDenied
        if not act.may(case):
            messages.warning(
                request,
                _("“%(act)s” is not possible: the case is “%(state)s” now.")
                % {"act": act.label, "state": case.get_state_display()},
            )
            return redirect(self.address(case))
        return self._try(request, case, act)

    def form_view(self, request: HttpRequest, number: str, act: Act) -> HttpResponse:
        """The form of one act alone, for a page that is open; ``seen`` is the last entry it shows."""
        case = self.case(request, number)
        if not (act.inline and act.may(case)):
            raise Http404
        seen = request.GET["seen"]
        context = {
            "case": case,
            "panel": self._open_panel(request, case, act),
            "newest": seen if seen.isdecimal() else "0",
            "contact": contact_of(case),
            "told": self._told(case, timezone.now()) if act.name == "report" else [],
        }
        return render(request, "complaints/_act.html", context)

    def _try(self, request: HttpRequest, case: Case, act: Act) -> HttpResponse:
        form = self.act_form(request, act, case, bound=True)
        if form.is_valid() and not self._said_meanwhile(request, case, act, form):
            try:
                said = act.run(case, form, who(request))
            except RuleBroken as refusal:
                put_refusal(form, refusal, **FIELDS)
                self._look_again(form, refusal, case)
            except Clock.DoesNotExist:
                raise Http404 from None
            else:
                services.discard_draft(owner=person(request), key=case_key(case))
                forget_files(form)
                messages.success(request, said or str(act.done))
                return HttpResponseRedirect(self.address(case))
        keep_files(form)
        return self.show(request, case.number, refused=(act, form))

    def _said_meanwhile(self, request: HttpRequest, case: Case, act: Act, form: forms.Form) -> bool:
        """Before the customer hears something: what they have written, or a colleague has told them,
        since this page was opened is said once; sending again sends it (CMP-1, collision)."""
        if not act.told:
            return False
        news = said_meanwhile(case, request.POST.get("seen", ""), person(request))
        for sentence in news:
            form.add_error(None, sentence)
        return bool(news)

    def _look_again(self, form: forms.Form, refusal: RuleBroken, case: Case) -> None:
        """After a change by somebody else: what is typed stays, the next save builds on theirs."""
        if refusal.code == "changed_meanwhile" and isinstance(form, ChangeForm):
            newest = Case.objects.only("version").get(pk=case.pk).version
            form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            form.data[form.add_prefix("version")] = str(newest)  # type: ignore[index]  # now mutable

    def act_form(
        self, request: HttpRequest, act: Act, case: Case, *, bound: bool = False
    ) -> forms.Form:
        data, files = (request.POST, request.FILES) if bound else (None, None)
        return act.form(
            data,
            files,
            prefix=act.name,
            initial=act.initial(case),
            case=case,
            user=person(request),
        )

    def show(
        self,
        request: HttpRequest,
        number: str,
        *,
        opened: str = "",
        refused: tuple[Act, forms.Form] | None = None,
        clear: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page, read as it stands now; 404 for whoever may not see the case."""
        user, at = person(request), timezone.now()
        try:
            desk = desk_page(number, user, at)
        except Case.DoesNotExist:
            raise Http404 from None
        case = desk.case
        services.mark_reading(case=case, writing=False, by=user)
        answer = self.page(
            request,
            "complaints/case.html",
            case.number,
            desk=desk,
            case=case,
            at=at,
            newest=desk.newest,
            contact=desk.page.contact,
            panels=self._panels(request, case, opened, refused),
            refused=refused,
            typed=draft_form(owner=user, key=case_key(case)) if refused is None else {},
            told=self._told(case, at),
            clear=clear,
            may={name: may(request, f"{name}_case") for name in ("handle", "merge", "reveal")},
        )
        if clear is not None:
            answer["Cache-Control"] = "no-store"
        return answer

    def _panels(
        self,
        request: HttpRequest,
        case: Case,
        opened: str,
        refused: tuple[Act, forms.Form] | None,
    ) -> list[Panel]:
        panels = []
        for act in ALL:
            if not (act.inline and may(request, act.permission) and act.may(case)):
                continue
            if refused is not None and refused[0] is act:
                panels.append(self._open_panel(request, case, act, refused[1]))
            elif act.name == opened:
                panels.append(self._open_panel(request, case, act))
            else:
                panels.append(Panel(act, _address_of(case, act)))
        return panels

    def _open_panel(
        self, request: HttpRequest, case: Case, act: Act, form: forms.Form | None = None
    ) -> Panel:
        form = form or self.act_form(request, act, case)
        if "cause" in form.fields:
            choices = [("", "—"), *((c.pk, _indented(c.code, str(c))) for c in cause_tree())]
            form.fields["cause"].choices = choices  # type: ignore[attr-defined]  # a choice field
        replies = []
        if act.has_replies:
            replies = ready_words(case, person(request), AnswerKind.REPLY)[AnswerKind.REPLY]
        return Panel(act, _address_of(case, act), form, replies)

    @staticmethod
    def _told(case: Case, at: datetime) -> list[str]:
        """Who is still to be told of it."""
        return who_is_told(case, at) if case.is_trouble and not case.reported_at else []

    def record_view(self, request: HttpRequest, number: str) -> HttpResponse:
        """Who did what to it, and when."""
        case = self.case(request, number)
        return self.page(
            request,
            "complaints/record.html",
            case.number,
            case=case,
            timeline=timeline_rows(case, EVENTS_SHOWN),
        )

    def reveal_view(self, request: HttpRequest, number: str) -> HttpResponse:
        """Contact and conversation in clear, once, for a reason that stays on record."""
        must(request, "reveal_case")
        case = self.case(request, number)
        if request.method != "POST":
            return redirect(self.address(case))
        try:
            clear = services.reveal_case(
                case=case, reason=request.POST.get("reason", ""), **who(request)
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect(self.address(case))
        return self.show(request, number, clear=clear)

    @staticmethod
    def address(case: Case) -> str:
        return reverse("admin:complaints_case_page", args=[case.number])


def _address_of(case: Case, act: Act) -> str:
    return reverse("admin:complaints_case_act", args=[case.number, act.name])


def _indented(code: str, label: str) -> str:
    return "\u3000" * code.count(".") + label
