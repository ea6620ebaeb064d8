"""The first page, and the answer to what was typed into its field."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.requests import client_address
from apps.core.times import now
from apps.portal.answers import page, private_response, stopped
from apps.portal.languages import in_visitor_language
from apps.portal.limits import count_misses, seconds_stopped
from apps.portal.pages import summarise
from apps.portal.queries import announcements
from apps.portal.typed import MISSING, Typed, take_apart
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.public import public_views

# Of the text, in the link to the other language; 9 bytes for a Chinese character.
MOST_IN_ADDRESS = 800


@require_safe
@in_visitor_language()
def home(request: HttpRequest) -> HttpResponse:
    response = page(
        "portal/home.html", {"typed": "", "switch": "?", "announcements": announcements()}
    )
    response["Cache-Control"] = "private, no-cache"
    del response["X-Robots-Tag"]
    return response


@csrf_exempt  # it changes nothing, and the page with the form carries no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def track(request: HttpRequest) -> HttpResponse:
    """One good number leads to its own page; anything else is answered here, with what was typed.

    The form comes as POST, since a pasted message is too long for an address; what was found in it
    goes on as an address that can be kept and sent on.
    """
    if request.method == "POST":
        typed = take_apart(request.POST.get("n", ""), parse=parse_waybill_number)
        if typed.found:
            return _to_address(typed)
        return page("portal/answers.html", answers_context(typed) | {"rows": []}, 404)
    typed = take_apart(request.GET.get("n", ""), parse=parse_waybill_number)
    if len(typed.numbers) == 1 and not typed.bad:
        return private_response(HttpResponseRedirect(f"/track/{typed.numbers[0]}"))
    address = client_address(request)
    if wait := seconds_stopped(address):
        return stopped(wait)
    found = public_views(typed.numbers) if typed.numbers else {}
    if wait := count_misses(address, len(typed.numbers) - len(found)):
        return stopped(wait)
    at = now()
    rows = [summarise(number, found.get(number), at) for number in typed.numbers]
    status = 200 if rows else 404
    return page("portal/answers.html", answers_context(typed) | {"rows": rows}, status)


def _to_address(typed: Typed) -> HttpResponse:
    where = f"/track?{urlencode({'n': ' '.join(typed.found)})}"
    response = private_response(HttpResponseRedirect(where))
    response.status_code = 303
    return response


def answers_context(typed: Typed) -> dict[str, Any]:
    n = len(typed.numbers)
    return {
        "heading": ngettext("%(n)d shipment", "%(n)d shipments", n) % {"n": n}
        if n
        else _("Track a shipment"),
        "problem_heading": problem_heading(typed),
        "problems": typed.bad,
        "left_out": typed.left_out,
        "empty": typed.is_empty,
        "typed": typed.text,
        "switch": f"/track?{urlencode({'n': typed.text[:MOST_IN_ADDRESS]})}&",
    }


def problem_heading(typed: Typed) -> str:
    if typed.is_empty:
        return _("Enter a waybill number")
    if [bad.code for bad in typed.bad] == [MISSING]:
        return _("There is no waybill number in this text")
    if typed.bad:
        n = len(typed.bad)
        return ngettext(
            "%(n)d entry is not a waybill number", "%(n)d entries are not waybill numbers", n
        ) % {"n": n}
    return _("Not all numbers were looked up")
