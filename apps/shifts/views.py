"""The calendar file: whoever has the address reads the shifts, and nothing else."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.shifts.queries.feeds import entries, feed_user
from apps.shifts.rules.ical import calendar
from apps.shifts.services.feeds import hash_of


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    user = feed_user(hash_of(token))
    if user is None:
        raise Http404
    at = timezone.now()
    with translation.override(user.language):
        text = calendar(entries(user, at), name=_("My shifts"), made_at=at)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
