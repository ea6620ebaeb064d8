"""Sending a caller what was just said on the phone (TRK-8), from the page of the shipment."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.inquiries.queries.pages import shipment_to_tell
from apps.inquiries.services.status_messages import push_status
from apps.notifications import channels
from apps.notifications.enums import ChannelName

# Whoever may send messages may send this one.
SEND = "notifications.resend_delivery"


@require_POST
def push_view(request: HttpRequest, number: str) -> HttpResponse:
    person = request.user
    assert isinstance(person, User)  # noqa: S101  # admin_view has checked it
    if not (person.has_perm(SEND) and person.has_perm("tracking.view_waybill")):
        raise PermissionDenied
    waybill = shipment_to_tell(number, user=person)
    if waybill is None:
        raise Http404
    try:
        phone = request.POST.get("phone", "")[:40]
        text = push_status(waybill=waybill, phone=phone, by=person, at=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        if channels.channel(ChannelName.SMS).configured():
            messages.success(request, _("On its way by SMS: %(said)s") % {"said": text})
        else:
            messages.warning(
                request, _("SMS is not set up, so nothing was sent. Say: %(said)s") % {"said": text}
            )
    return redirect("desk:shipment", waybill.number)
