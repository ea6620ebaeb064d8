"""Who else is at a case, what came in meanwhile, and what is typed but not sent (CMP-1)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.accounts.staff import person
from apps.backoffice.once import NOT_TYPED
from apps.complaints import services
from apps.complaints.admin.access import must
from apps.complaints.admin.case_page import CasePages
from apps.complaints.models import Case
from apps.complaints.queries.desk import news_since
from apps.complaints.queries.drafts import case_key
from apps.complaints.queries.page import readers_of
from apps.core.errors import RuleBroken

MOST_FIELDS = 200


class PresencePages(CasePages):
    def presence_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """POST from the open page every ten seconds: "I am here", with ``writing=1`` while typing and
        ``gone=1`` when it closes. Tells who else is, and what is new since entry ``seen``."""
        case = self.seen(request, number)
        user = person(request)
        if request.method != "POST":
            return HttpResponseBadRequest()
        if request.POST.get("gone"):
            services.stop_reading(case=case, by=user)
            return JsonResponse({})
        services.mark_reading(case=case, writing=bool(request.POST.get("writing")), by=user)
        seen = request.POST.get("seen", "")
        news = news_since(case, int(seen), user) if seen.isdecimal() and len(seen) < 19 else []
        return JsonResponse(
            {
                "readers": [
                    {"name": str(reader.user), "writing": reader.is_writing}
                    for reader in readers_of(case, user)
                ],
                "version": case.version,
                "news": news,
            }
        )

    def save_draft_view(self, request: HttpRequest, number: str) -> HttpResponseBase:
        """POST: save what is typed on the page of this case."""
        must(request, "handle_case")
        case = self.seen(request, number)
        if request.method != "POST":
            return HttpResponseBadRequest()
        return save_draft(request, case_key(case), case)


def save_draft(request: HttpRequest, key: UUID, case: Case | None) -> JsonResponse:
    """Save the posted form under ``key``, or discard it when all of it is empty."""
    typed = {
        name: str(value)
        for name, value in list(request.POST.items())[:MOST_FIELDS]
        if name not in (*NOT_TYPED, "draft_key", "seen") and value
    }
    user = person(request)
    if not typed:
        services.discard_draft(owner=user, key=key)
        return JsonResponse({"kept": False, "empty": True})
    try:
        services.save_draft(owner=user, key=key, form=typed, case=case)
    except RuleBroken:
        return JsonResponse({"kept": False}, status=400)
    return JsonResponse({"kept": True, "at": f"{timezone.localtime():%H:%M}"})
