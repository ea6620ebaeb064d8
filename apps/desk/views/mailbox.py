"""What the demonstration sent, as its readers got it. There only where `bin/up` says so."""

from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.desk.arrived import arrived
from apps.desk.views.shared import show


@require_GET
def _mailbox(request: HttpRequest) -> HttpResponse:
    found = arrived(Path(settings.DEMO_MAILBOX))
    answer = show(request, "desk/mailbox.html", _("Demo mailbox"), found=found)
    answer["Cache-Control"] = "no-store"
    return answer


mailbox = admin.site.admin_view(_mailbox)
