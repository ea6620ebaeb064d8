"""What browsers and search engines ask a site for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

# Tracking pages may be fetched so that their "noindex" is seen; forbidding the fetch would leave
# bare addresses with waybill numbers in the index.
ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /api/\n"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


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
