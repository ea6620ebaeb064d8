"""What the sign-in and account pages share."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe

from apps.accounts import totp
from apps.accounts.models import TotpDevice, User
from apps.core.errors import RuleBroken


def page(
    request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
) -> TemplateResponse:
    shared = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"accounts/{template}", shared, status=status)


def speak(response: HttpResponse, language: str) -> None:
    """The person's own language, for every page of this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


def show_refusal(form: Form, refusal: RuleBroken) -> None:
    """Beside the field it is about, or above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def secret_to_scan(device: TotpDevice, user: User) -> dict[str, Any]:
    """The device's secret as a QR code, and in groups of four for who types it."""
    uri = totp.enrolment_uri(device.key, account=user.username, issuer=settings.OTP_TOTP_ISSUER)
    return {
        "qr": _drawing(uri),
        "secret": " ".join(device.key[i : i + 4] for i in range(0, len(device.key), 4)),
    }


def _drawing(text: str) -> SafeString:
    # Attributes only, no style: it stands under the strictest content policy. On white, since
    # phones do not read light codes on dark.
    drawing = segno.make(text, error="m").svg_inline(scale=5, border=3, light="#fff", dark="#000")
    return mark_safe(drawing)  # drawn by segno out of rectangles, nothing of the text remains
