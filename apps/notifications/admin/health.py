"""How the channels are doing: what waits, what failed today, what nobody knows the outcome of."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table, number
from apps.core.templatetags.formatting import drawn_tag
from apps.core.times import human
from apps.notifications import channels
from apps.notifications.models import Delivery
from apps.notifications.provider_words import unapproved_words
from apps.notifications.queries import desk
from apps.notifications.queries.desk import ChannelHealth


def _state(one: ChannelHealth) -> Any:
    if not one.configured:
        return drawn_tag("grey", gettext("not set up"))
    if one.provider is not None and one.is_paused:
        reason = one.provider.pause_reason
        return format_html("{} <code>{}</code>", drawn_tag("red", gettext("paused")), reason)
    if one.is_behind:
        return drawn_tag("amber", gettext("behind"))
    return drawn_tag("green", gettext("fine"))


def _behind_by(one: ChannelHealth) -> str | None:
    return f"{one.lag.total_seconds():.0f} s" if one.lag else None


def _failures(one: ChannelHealth) -> Any:
    return format_html_join(" ", "<code>{}</code> × {}", one.failures)


def _page_of(delivery: Delivery) -> str:
    return reverse("admin:notifications_delivery_change", args=[delivery.pk])


CHANNELS = (
    Column("label", _("Channel")),
    Column("state", _("How it is"), _state),
    number("lag", _("Behind by"), _behind_by),
    number("waiting", _("Waiting")),
    number("held", _("Held")),
    number("sending", _("Being sent")),
    number("ambiguous", _("Unclear")),
    Column("failures", _("Failures in 24 hours"), _failures),
    Column(
        "success", _("Last success"), lambda one: one.provider and human(one.provider.last_success)
    ),
)
UNCLEAR = (
    Column("message", _("Message"), str, is_link=True),
    Column("waybill", _("Waybill"), lambda one: one.waybill and one.waybill.number),
    Column("since", _("Since"), lambda one: human(one.state_since)),
)
UNAPPROVED = (
    Column("channel", _("Channel"), lambda pair: pair[0]),
    Column("topics", _("Topics"), lambda pair: format_html_join(
        " ", "{}", ((drawn_tag("amber", topic),) for topic in pair[1]))),
)  # fmt: skip


class ChannelsReport(Report):
    where, name = "health/", "health"
    title = _("How the channels are doing")
    permission = "notifications.see_health"

    def parts(self, query: ReportQuery) -> list[Table]:
        known = [(str(c.name), str(c.label), c.configured()) for c in channels.all_channels()]
        found = [
            Table(CHANNELS, desk.health(known)),
            Table(
                UNCLEAR,
                desk.unclear(query.user),
                title=_("Unclear whether sent"),
                address=_page_of,
                empty=_(
                    "None. A message whose answer was lost would stand here until the provider or"
                    " a person settles it."
                ),
            ),
        ]
        if unapproved := unapproved_words():
            found.append(
                Table(
                    UNAPPROVED,
                    unapproved,
                    title=_("Told without a template of the provider"),
                    note=_(
                        "A real provider refuses these. Enter its template numbers and texts under"
                        " Wording."
                    ),
                )
            )
        return found

    def links(self, query: ReportQuery) -> list[tuple[Any, str]]:
        n = desk.open_calls(query.user)
        text = ngettext("%(n)s call to make", "%(n)s calls to make", n) % {"n": n}
        return [(text, reverse("admin:notifications_phonetask_changelist"))]
