"""Where the links in messages lead: stop them, read a digest (NTF-3)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from apps.notifications import services
from apps.notifications.queries.words import digest_lines
from apps.portal.answers import key_page
from apps.portal.languages import in_visitor_language


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Mail programs fetch links unasked, so looking changes nothing; their one-click POST
    (RFC 8058) and the button do. The token is the permission, hence no other check."""
    delivery = services.read_stop_token(token)
    if delivery is None:
        raise Http404
    if request.method == "POST":
        services.unsubscribe(token)
    context = {"delivery": delivery, "done": services.is_stopped(delivery)}
    return key_page(request, "portal/stop_messages.html", context)


@require_safe
@in_visitor_language()
def digest(request: HttpRequest, token: str) -> HttpResponse:
    """Every message that a short one only counted."""
    delivery = services.digest_of(token)
    if delivery is None:
        raise Http404
    lines = digest_lines(delivery, translation.get_language() or delivery.language)
    return key_page(request, "portal/digest.html", {"lines": lines})
