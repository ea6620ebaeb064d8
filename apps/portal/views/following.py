"""Following a shipment: asked for on its page, confirmed by the code that comes (TRK-9)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import BadInput, RuleBroken
from apps.core.requests import client_address
from apps.notifications import services
from apps.portal.answers import asked_to_wait, key_page, page, private_response
from apps.portal.forms import CodeForm, FollowForm
from apps.portal.languages import in_visitor_language
from apps.portal.links import behind_link
from apps.portal.queries import followable_waybill
from apps.portal.views.shipment import not_a_number
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for messages about one shipment; a code goes to the address.

    The same fence as on the tracking page: whoever asks for too many numbers that cannot be
    followed is answered no more, hit or miss (TRK-10).
    """
    try:
        canonical = parse_waybill_number(number)
    except BadInput as refusal:
        return not_a_number(number, str(refusal))
    if canonical != number:
        return private_response(HttpResponseRedirect(f"/notify/follow/{canonical}"))
    address = client_address(request)
    waybill = behind_link(
        request,
        lambda: followable_waybill(canonical),
        unknown=lambda: nothing_to_follow(canonical),
    )
    if isinstance(waybill, HttpResponse):
        return waybill
    form = FollowForm(request.POST or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            return _ask(form, waybill, address)
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            refused = refusal
    status = 422 if form.errors else 200
    context = {"form": form, "number": canonical}
    return asked_to_wait(key_page(request, "portal/follow.html", context, status), refused)


def _ask(form: FollowForm, waybill: Waybill, client: str) -> HttpResponse:
    asked = services.request_subscription(
        waybill=waybill,
        address=form.cleaned_data["address"],
        channel=form.cleaned_data["channel"],
        client=client,
        language=_language(),
        at=timezone.now(),
    )
    token = services.subscription_token(asked)
    return private_response(redirect("portal:confirm", token=token))


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def nothing_to_follow(number: str) -> HttpResponse:
    """Word for word the same for a number we do not know and for a shipment that has ended."""
    return page(
        "portal/answers.html",
        {
            "heading": _("Follow a shipment"),
            "problem_heading": _("There is nothing to follow under this number."),
            "problems": [{"text": number, "message": ""}],
            "hints": True,
            "typed": number,
            "switch": "?",
        },
        status=404,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@in_visitor_language()
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    asked = services.read_subscription_token(token)
    if asked is None:
        raise Http404
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subscription = services.confirm_subscription(
                asked,
                code=form.cleaned_data["code"],
                at=timezone.now(),
                language=_language(),
            )
        except RuleBroken as refusal:
            form.add_error("code", str(refusal))
        else:
            confirmed = services.confirmed_token(subscription)
            return private_response(redirect("portal:followed", token=confirmed))
    status = 422 if form.errors else 200
    context = {"form": form, "subscription": asked.subscription, "done": False}
    return key_page(request, "portal/follow_confirm.html", context, status)


@require_safe
@in_visitor_language()
def followed(request: HttpRequest, token: str) -> HttpResponse:
    """Only whoever typed the code gets here: that somebody follows is nobody else's business."""
    subscription = services.read_confirmed_token(token)
    if subscription is None:
        raise Http404
    context = {"subscription": subscription, "done": True}
    return key_page(request, "portal/follow_confirm.html", context)
