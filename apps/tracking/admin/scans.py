"""The depot's scan form: many numbers, each answered at once; works without JavaScript."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.core.errors import RuleBroken
from apps.tracking.forms.scan import ScanForm
from apps.tracking.models import Scan
from apps.tracking.services.scanning import ScanAnswer, take_scans

KEPT = ("code", "unit", "text")
_WORDS = {
    "accepted": (gettext_lazy("Taken"), "green"),
    "corrected": (gettext_lazy("Taken"), "green"),
    "repeated": (gettext_lazy("Known already"), "grey"),
    "refused": (gettext_lazy("Refused"), "red"),
}


@admin.register(Scan)
class ScanAdmin(PageAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("tracking.add_scan")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        answers: list[ScanAnswer] = []
        form = ScanForm(
            request.POST or None, user=person(request), initial=request.session.get("scan", {})
        )
        if request.method == "POST" and form.is_valid():
            try:
                answers = take_scans(form.events(), by=person(request), at=timezone.now())
            except RuleBroken as refusal:
                form.add_error("numbers", str(refusal))
            else:
                # The next truck-load is usually of the same kind.
                request.session["scan"] = {name: form[name].value() for name in KEPT}
                form = self._next(request, answers)
        if "application/json" in request.headers.get("Accept", ""):
            return self._as_json(form, answers)
        answer = self.page(
            request,
            "tracking/scan.html",
            _("Scan form"),
            form=form,
            answers=[(a, *_WORDS[a.outcome]) for a in answers],
            **_counts(answers),
        )
        answer.status_code = 422 if form.is_bound and form.errors else 200
        return answer

    def _next(self, request: HttpRequest, answers: list[ScanAnswer]) -> ScanForm:
        """What was refused stays in the box, to be put right."""
        refused = "\n".join(a.number for a in answers if a.why)
        typed = {name: request.POST.get(name, "") for name in (*KEPT, "at")}
        return ScanForm(user=person(request), initial={**typed, "numbers": refused})

    def _as_json(self, form: ScanForm, answers: list[ScanAnswer]) -> JsonResponse:
        if form.is_bound and form.errors:
            wrong = [str(e) for errors in form.errors.values() for e in errors]
            return JsonResponse({"wrong": wrong}, status=422)
        return JsonResponse(
            {
                "answers": [
                    {
                        "number": a.number,
                        "outcome": a.outcome,
                        "colour": _WORDS[a.outcome][1],
                        "word": str(_WORDS[a.outcome][0]),
                        "why": str(a.why),
                    }
                    for a in answers
                ]
            }
        )


def _counts(answers: list[ScanAnswer]) -> dict[str, int]:
    outcomes = [a.outcome for a in answers]
    return {
        "taken": outcomes.count("accepted") + outcomes.count("corrected"),
        "repeated": outcomes.count("repeated"),
        "refused": outcomes.count("refused"),
    }
