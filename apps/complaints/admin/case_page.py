"""The page of one case: everything at hand, and every act where the eye is (CMP-1, CMP-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.staff import person, who
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext, Panel
from apps.backoffice.staff_admin import timeline_rows
from apps.complaints import services
from apps.complaints.admin.access import may, must, must_see
from apps.complaints.admin.act_groups import act_groups, facts_of
from apps.complaints.admin.acts import ALL
from apps.complaints.admin.meanwhile import warnings_since
from apps.complaints.extensions import sections_of
from apps.complaints.forms.acts.records import ChangeForm
from apps.complaints.models import Case
from apps.complaints.queries.context import Guide, ready_replies
from apps.complaints.queries.desk import desk_page, report_recipient_names
from apps.complaints.queries.drafts import case_key, draft_form
from apps.complaints.queries.opinions import praise_of
from apps.complaints.queries.page import case_of, contact_of
from apps.complaints.queries.words import cause_tree
from apps.complaints.rules.next_act import next_act
from apps.core.errors import RuleBroken

EVENTS_SHOWN = 40
REPLIES = frozenset({"reply", "plan"})  # acts for which ready-made answers are offered


@dataclass(frozen=True)
class CasePanel(Panel):
    """Only an open one has its form and what stands in it; case.js asks for a closed one's when it is
    opened."""

    replies: Sequence[Guide] = ()


class CasePages(ActAdmin):
    acts = ALL
    act_base, act_key, act_field = "number/", "str", "number"

    def seen(self, request: HttpRequest, key: str) -> Case:
        """The case if this person may see it, else 404."""
        must_see(request)
        try:
            return case_of(key, person(request))
        except Case.DoesNotExist:
            raise Http404 from None

    def page_view(self, request: HttpRequest, number: str) -> HttpResponse:
        must_see(request)
        return self.show(request, number)

    def page_of(self, record: Case) -> str:
        return reverse("admin:complaints_case_page", args=[record.number])

    def form_prefix(self, act: Act) -> str:
        """Promises and links are acted on where they stand on the page."""
        return act.name

    def why_not(self, act: Act, subject: Case) -> str:
        return _("“%(act)s” is not possible: the case is “%(state)s” now.") % {
            "act": act.label,
            "state": subject.get_state_display(),
        }

    def act_view(
        self, request: HttpRequest, key: Any, name: str, row_id: int | None = None
    ) -> HttpResponseBase:
        """With ``seen`` the form alone, for a page that is open."""
        if request.method != "POST" and "seen" in request.GET:
            return self.form_view(request, key, name)
        return super().act_view(request, key, name, row_id)

    def form_view(self, request: HttpRequest, number: str, name: str) -> HttpResponse:
        """The form of one act alone; ``seen`` is the last entry that the page shows."""
        case = self.seen(request, number)
        act = next((act for act in self.acts if act.name == name and act.is_panel), None)
        if act is None or not act.may(case):
            raise Http404
        must(request, act.permission.partition(".")[2])
        seen = request.GET["seen"]
        context = {
            "case": case,
            "panel": self._open_panel(request, case, act),
            "newest": seen if seen.isdecimal() else "0",
            "contact": contact_of(case),
            "to_report": self._to_report(case, timezone.now()) if act.name == "report" else [],
        }
        return render(request, "complaints/_act.html", context)

    def messages_meanwhile(self, request: HttpRequest, context: ActContext) -> list[str]:
        """What they have written, or a colleague has told them, since this page was opened (CMP-1,
        collision)."""
        return warnings_since(context.record, request.POST.get("seen", ""), person(request))

    def after(self, request: HttpRequest, act: Act, context: ActContext) -> None:
        services.discard_draft(owner=person(request), key=case_key(context.record))

    def refused(self, context: ActContext, refusal: RuleBroken) -> None:
        """After a change by somebody else: what is typed stays, the next save builds on theirs."""
        form = context.form
        if refusal.code == "changed_meanwhile" and isinstance(form, ChangeForm):
            newest = Case.objects.only("version").get(pk=context.record.pk).version
            form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            form.data[form.add_prefix("version")] = str(newest)  # type: ignore[index]  # now mutable

    def record_page(
        self, request: HttpRequest, record: Case, panels: list[Panel], *, status: int = 200
    ) -> HttpResponseBase:
        answer = self.show(request, record.number, panels=panels)
        answer.status_code = status
        return answer

    def show(
        self,
        request: HttpRequest,
        number: str,
        *,
        panels: list[Panel] | None = None,
        clear: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page, read as it stands now; 404 for whoever may not see the case."""
        user, at = person(request), timezone.now()
        try:
            desk = desk_page(number, user, at)
        except Case.DoesNotExist:
            raise Http404 from None
        case = desk.case
        # What was typed into a refused one stands on the page, instead of the draft.
        bound = [panel.form for panel in panels or () if panel.form and panel.form.is_bound]
        refused = bound[0] if bound else None
        services.mark_reading(case=case, writing=False, by=user)
        panels = self.panels(request, case) if panels is None else panels
        leading = next_act(facts_of(desk, [panel.act.name for panel in panels], user, at))
        answer = self.page(
            request,
            "complaints/case.html",
            case.number,
            desk=desk,
            case=case,
            at=at,
            newest=desk.newest,
            contact=desk.page.contact,
            panels=panels,
            leading=next((panel for panel in panels if panel.act.name == leading), None),
            groups=act_groups(panels, leading),
            refused=refused,
            typed=draft_form(owner=user, key=case_key(case)) if refused is None else {},
            to_report=self._to_report(case, at),
            clear=clear,
            sections=sections_of(case, user),
            praise=praise_of(case),
            may={name: may(request, f"{name}_case") for name in ("handle", "merge", "reveal")},
        )
        if clear is not None:
            answer["Cache-Control"] = "no-store"
        return answer

    def panels(
        self, request: HttpRequest, record: Case, *, opened: str = "", refused: Panel | None = None
    ) -> list[Panel]:
        found: list[Panel] = []
        for act in self.acts:
            if not (act.is_panel and act.allows(request.user) and act.may(record)):
                continue
            if refused is not None and refused.act is act:
                found.append(self._open_panel(request, record, act, refused.form))
            elif act.name == opened:
                found.append(self._open_panel(request, record, act))
            else:
                found.append(CasePanel(act, None, False, self.act_address(act, record)))
        return found

    def _open_panel(
        self, request: HttpRequest, case: Case, act: Act, form: Any = None
    ) -> CasePanel:
        form = form or self.act_form(request, act, self.act_context(request, case), bound=False)
        if "cause" in form.fields:
            choices = [("", "—"), *((c.pk, _indented(c.code, str(c))) for c in cause_tree())]
            form.fields["cause"].choices = choices
        replies = []
        if act.name in REPLIES:
            replies = ready_replies(case, person(request), timezone.now())
        return CasePanel(act, form, True, self.act_address(act, case), replies)

    @staticmethod
    def _to_report(case: Case, at: datetime) -> list[str]:
        """Who is still to be told of it."""
        return report_recipient_names(case, at) if case.is_trouble and not case.reported_at else []

    def read_view(self, request: HttpRequest, number: str, code: str) -> HttpResponse:
        """An article beside the case was opened."""
        case = self.seen(request, number)
        services.note_article_read(case=case, code=code, **who(request))
        return HttpResponse(status=204)

    def record_view(self, request: HttpRequest, number: str) -> HttpResponse:
        """Who did what to it, and when."""
        case = self.seen(request, number)
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
        case = self.seen(request, number)
        if request.method != "POST":
            return redirect(self.page_of(case))
        try:
            clear = services.reveal_case(
                case=case, reason=request.POST.get("reason", ""), **who(request)
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect(self.page_of(case))
        return self.show(request, number, clear=clear)


def _indented(code: str, label: str) -> str:
    return "\u3000" * code.count(".") + label
