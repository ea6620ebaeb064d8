"""One shipment by its number alone: masked, shareable, up to date while open (TRK-8, TRK-10)."""

from datetime import datetime
from hmac import compare_digest

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.crypto import blind_index
from apps.core.errors import BadInput
from apps.core.times import now
from apps.portal.answers import page, private_response
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.portal.pages import lay_out
from apps.portal.prerendered import fill
from apps.tracking.enums import is_terminal
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.public import public_view


@require_safe
@in_visitor_language()
def shipment(request: HttpRequest, number: str) -> HttpResponse:
    try:
        canonical = parse_waybill_number(number)
    except BadInput as refusal:
        return not_a_number(number, str(refusal))
    if canonical != number:
        return private_response(HttpResponseRedirect(f"/track/{canonical}"))
    known = behind_link(request, lambda: public_view(canonical), unknown=lambda: unknown(canonical))
    if isinstance(known, HttpResponse):
        return known
    at = now()
    laid = lay_out(known, at, live=live_address(canonical))
    values = {
        "number": laid.number,
        "tag": laid.tag,
        "body": laid.body,
        "share": request.build_absolute_uri(f"/track/{canonical}"),
        "printed": printed_at(at),
        "switch": "?",
        # What has come to its end gives no more news.
        "follow": "" if is_terminal(known.status, known.reason) else laid.number,
    }
    return private_response(HttpResponse(fill("portal/shipment.html", values)))


@require_safe
@in_visitor_language(remember=False)
def live(request: HttpRequest, number: str) -> HttpResponse:
    """What changes of an open page; 304 while nothing did.

    Only a page that was served knows the key, so this door opens no way to walk through numbers,
    and an office with many open pages is never stopped by the count of misses.
    """
    known = None
    if compare_digest(request.GET.get("key", "").encode(), live_key(number).encode()):
        known = public_view(number)
    if known is None:
        return private_response(HttpResponse(status=404))
    laid = lay_out(known, now(), live=live_address(number))
    etag = f'"{laid.version}"'
    if request.headers.get("If-None-Match") == etag:
        response = private_response(HttpResponse(status=304))
    else:
        response = private_response(HttpResponse(laid.body))
    response["ETag"] = etag
    return response


def live_key(number: str) -> str:
    return blind_index(number, "portal.live")


def live_address(number: str) -> str:
    return f"/track/{number}/live?key={live_key(number)}&lang={get_language()}"


def printed_at(at: datetime) -> str:
    return _("Printed %(when)s") % {"when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}"}


def not_a_number(text: str, message: str) -> HttpResponse:
    typed = text[:40]
    return page(
        "portal/answers.html",
        {
            "heading": _("Track a shipment"),
            "problem_heading": _("This is not a waybill number"),
            "problems": [{"text": typed, "message": message}],
            "hints": True,
            "typed": typed,
            "switch": "?",
        },
        status=404,
    )


def unknown(number: str) -> HttpResponse:
    return page(
        "portal/answers.html",
        {
            "heading": _("Track a shipment"),
            "problem_heading": _("We know no shipment under this number."),
            "problems": [{"text": number, "message": ""}],
            "hints": True,
            "typed": number,
            "switch": "?",
        },
        status=404,
    )
