"""The staff sidebar, and the front page's cards."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.navigation import (
    RECORDS,
    SETTINGS,
    daily_links,
    key_links,
    links_of,
    rights_of,
)
from apps.desk.queries import my_desk
from apps.desk.views.figures import desk_figures

# Whoever holds no role, as a superuser may, has the daily work of who sees most.
WITHOUT_A_ROLE = frozenset({Role.DIRECTOR})


def sidebar(request: HttpRequest) -> SafeString:
    """The daily work of this person's roles, and the way to everything else they may open. Drawn once
    for each set of rights, roles and language."""
    user = request.user
    roles = frozenset(role for role, _path in getattr(user, "current_roles", ()))
    drawn, links = _drawn(
        rights_of(user), roles or WITHOUT_A_ROLE, get_language() or "", settings.ROOT_URLCONF
    )
    # The one page whose address goes furthest along this one's; a page below a list's address that has
    # an entry of its own would otherwise light up both.
    here = max((link for link in links if request.path.startswith(link)), key=len, default="")
    if not here or (here == reverse("admin:index") and request.path != here):
        return mark_safe(drawn)
    entry = links[here]
    marked = drawn.replace(
        f'href="{entry}"', f'href="{entry}" class="active" aria-current="page"', 1
    )
    return mark_safe(marked)


@lru_cache(maxsize=256)
def _drawn(
    rights: frozenset[str], roles: frozenset[str], _language: str, _urlconf: str
) -> tuple[str, dict[str, str]]:
    """The sidebar, and for the address of each page the entry in it that leads there. Words and
    addresses depend on the language and the URLconf."""
    daily = [(link.href, link.icon, link.label) for link in daily_links(rights, roles)]
    more: list[tuple[str, str, str]] = []
    entries: dict[str, str] = {}
    for kind, icon, label in (
        (RECORDS, "inventory_2", _("Records")),
        (SETTINGS, "settings", _("Settings")),
    ):
        where = reverse(f"admin:{kind}")
        if pages := links_of(rights, kind):
            more.append((where, icon, label))
            entries |= {where: where, **{page.href: where for page in pages}}
    entries |= {href: href for href, _icon, _label in daily}
    parts = [format_html("<ol>{}</ol>", _items(daily))]
    if more:
        parts.append(format_html("<h2>{}</h2><ol>{}</ol>", _("Everything else"), _items(more)))
    body = format_html_join("", "{}", ((part,) for part in parts))
    keys = " ".join(f"{key} {href}" for key, href in key_links(rights))
    opening = format_html('<div id="nav-sidebar-apps" data-simplebar data-keys="{}">', keys)
    return f"{opening}{body}</div>", entries


def _items(entries: list[tuple[str, str, str]]) -> SafeString:
    return format_html_join("", '<li><a href="{}" data-icon="{}">{}</a></li>', entries)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """My desk, for the staff site's front page."""
    assert isinstance(request.user, User)  # noqa: S101  # the staff site has checked it
    desk = my_desk(request.user)
    return {
        **context,
        "title": _("My desk"),
        "desk": desk,
        "figures": desk_figures(request.user),
        "relay_lag_seconds": int(desk.relay_lag.total_seconds()),
    }
