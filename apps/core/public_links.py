"""Addresses of pages that messages lead to: the public ones in full, staff pages from the root."""

from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

_HOLE = "HOLE"


def public_link(name: str, argument: str) -> str:
    """An address of a public page with one argument."""
    page = _page(name, settings.SITE_URL, settings.ROOT_URLCONF)
    return page.replace(_HOLE, quote(argument, safe=":"))


def public_page(name: str) -> str:
    """An address of a public page that is everybody's."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name)}"


def staff_page(subject: Model) -> str:
    """The staff page of whatever it is about, whichever floor that stands on."""
    return f"/admin/desk/open/{subject._meta.label_lower}/{subject.pk}"


@cache
def _page(name: str, site: str, _urlconf: str) -> str:
    """Reversing costs as much as writing a row, so it is done once per page."""
    try:
        return site.rstrip("/") + reverse(name, args=[_HOLE])
    except NoReverseMatch:
        return site.rstrip("/") + "/"
