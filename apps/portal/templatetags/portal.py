"""What every public page says of the company; works without a request, so error pages use it too."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from apps.portal import languages
from apps.tracking.numbers import group_number

register = template.Library()


@register.simple_tag
def company_name() -> str:
    english = get_language() == "en"
    return str(settings.COMPANY_NAME_EN if english else settings.COMPANY_NAME)


@register.simple_tag
def site_url() -> str:
    """The public address, for what must name the whole of it; empty where it is not set."""
    return str(settings.SITE_URL)


@register.simple_tag
def company_phone() -> str:
    return str(settings.COMPANY_PHONE)


@register.simple_tag
def other_language() -> tuple[str, str, str]:
    """Its code, its own name, and its tag for the ``lang`` attribute."""
    code, name = languages.other_language()
    return code, name, "en" if code == "en" else "zh-CN"


@register.inclusion_tag("portal/number.html")
def waybill_number(number: str) -> dict[str, list[str]]:
    """The number in groups for the eye; copied text has no gaps."""
    return {"groups": group_number(number).split()}
