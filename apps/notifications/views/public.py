"""Pages for people outside: follow a shipment, stop messages, read a digest; and the address to
which the SMS provider pushes its receipts."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.errors import BadInput, RuleBroken
from apps.notifications import services
from apps.notifications.forms import CodeForm, FollowForm
from apps.notifications.queries.words import digest_lines
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

MAX_RECEIPTS = 512 * 1024  # bytes


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for messages about one shipment; a code goes to the address."""
    waybill = _waybill(number)
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subscription = services.request_subscription(
                waybill=waybill,
                address=form.cleaned_data["address"],
                channel=form.cleaned_data["channel"],
                language=translation.get_language() or settings.LANGUAGE_CODE,
                at=timezone.now(),
            )
        except RuleBroken as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            token = services.subscription_token(subscription)
            return redirect("notifications:confirm", token=token)
    return _page(request, "follow.html", {"form": form, "waybill": waybill})


def _waybill(number: str) -> Waybill:
    try:
        canonical = parse_waybill_number(number)
    except BadInput as error:
        raise Http404 from error
    return get_object_or_404(Waybill, number=canonical)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    subscription = services.read_subscription_token(token)
    if subscription is None:
        raise Http404
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subscription = services.confirm_subscription(
                subscription_id=subscription.pk, code=form.cleaned_data["code"], at=timezone.now()
            )
        except RuleBroken as refusal:
            form.add_error("code", str(refusal))
    return _page(request, "confirm.html", {"form": form, "subscription": subscription})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Mail programs fetch links unasked, so looking changes nothing; their one-click POST
    (RFC 8058) and the button do. The token is the permission, hence no other check."""
    delivery = services.read_stop_token(token)
    if delivery is None:
        raise Http404
    done = request.method == "POST"
    if done:
        services.unsubscribe(token)
    return _page(request, "stop.html", {"delivery": delivery, "done": done})


@never_cache
@require_http_methods(["GET"])
def digest(request: HttpRequest, token: str) -> HttpResponse:
    """Every shipment that a short message only counted."""
    delivery = services.digest_of(token)
    if delivery is None:
        raise Http404
    lines = digest_lines(delivery, translation.get_language() or delivery.language)
    return _page(request, "digest.html", {"delivery": delivery, "lines": lines})


@csrf_exempt
@require_POST
def sms_receipts(request: HttpRequest, key: str) -> HttpResponse:
    """The provider signs nothing here: the address itself holds the secret."""
    expected = str(getattr(settings, "SMS_RECEIPT_KEY", ""))
    if not expected or not constant_time_compare(key, expected):
        raise Http404
    if len(request.body) > MAX_RECEIPTS:
        return JsonResponse({"code": 1, "msg": "too large"}, status=413)
    try:
        reports = json.loads(request.body)
    except ValueError:
        reports = None
    if not isinstance(reports, list) or not all(isinstance(r, dict) for r in reports):
        return JsonResponse({"code": 1, "msg": "not understood"}, status=400)
    services.record_sms_receipts(reports)
    return JsonResponse({"code": 0, "msg": "成功"})


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, f"notifications/{name}", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    # The address of these pages is a key, so no other site learns it. “no-referrer” would make
    # browsers send our own forms with “Origin: null”, which the check against forgery refuses.
    response["Referrer-Policy"] = "same-origin"
    return response
