"""What browsers and search engines ask a site for."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.core.times import now, wire

# Tracking pages may be fetched so that their "noindex" is seen; forbidding the fetch would leave
# bare addresses with waybill numbers in the index.
ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /api/\n"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116); nothing until the operator has said where."""
    if not settings.SECURITY_CONTACTS:
        raise Http404
    lines = [f"Contact: {contact}" for contact in settings.SECURITY_CONTACTS]
    lines += [f"Expires: {wire(_security_expires())}", "Preferred-Languages: zh, en"]
    if settings.SITE_URL:
        lines.append(f"Canonical: {settings.SITE_URL}{request.path}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _security_expires() -> datetime:
    """The day that the operator set; otherwise half a year ahead, since it is looked after."""
    if day := settings.SECURITY_EXPIRES:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    ahead = now() + timedelta(days=180)
    return ahead.replace(hour=0, minute=0, second=0, microsecond=0)


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    english = get_language() == "en"
    name = settings.COMPANY_NAME_EN if english else settings.COMPANY_NAME
    icon = {"src": static("portal/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": name,
            "short_name": name,
            "lang": "en" if english else "zh-CN",
            "start_url": "/",
            "display": "browser",
            "background_color": "#f4f6f4",
            "theme_color": "#0b6b57",
            "icons": [icon],
        },
        content_type="application/manifest+json",
        headers={"Cache-Control": "private, max-age=86400"},
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponsePermanentRedirect:
    return HttpResponsePermanentRedirect(static("portal/mark.svg"))
