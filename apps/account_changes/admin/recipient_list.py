"""The list of customers told of an account change, per channel (COD-3)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import MessageStatus, NoticeChannel, RecipientState
from apps.account_changes.jobs import RECIPIENTS, with_messages
from apps.account_changes.models import Campaign, CampaignRecipient
from apps.account_changes.queries.campaigns import recipient_list, with_channel
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.core.templatetags.formatting import status_tag
from apps.core.times import local
from apps.customers.models import Customer
from apps.customers.queries import matching


class RecipientFilters(FilterForm):
    state = one_of(RecipientState, _("state"))
    campaign = one_of([], _("account change"))
    channel = one_of(NoticeChannel, _("channel"))
    status = one_of(MessageStatus, _("how far by that channel"))

    def fill(self) -> None:
        rows = Campaign.objects.select_related("project").order_by("-pk")[:100]
        choices = [(str(row.pk), row.project.number) for row in rows]
        self.fields["campaign"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]  # a choice field


def _channels(row: Any) -> SafeString:
    labels = dict(NoticeChannel.choices)
    words = (
        (labels.get(channel, channel), MessageStatus(status).label)
        for channel, status in row.by_channel.items()
    )
    return format_html_join(" · ", "{}: {}", words)


class RecipientList(StaffList):
    title = _("Customers told of an account change")
    columns = (
        Column("customer", _("customer"), lambda row: str(row.customer), is_link=True),
        Column("change", _("account change"), lambda row: row.campaign.project.number),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("since", _("since"), lambda row: local(row.state_since)),
        Column("channels", _("by channel"), _channels),
        Column("agent", _("agent"), lambda row: str(row.agent)),
    )
    views = (
        View("open", _("Not reached")),
        View("mine", _("Mine to call")),
        View("calls", _("With an agent")),
        View("reached", _("Reached")),
        View("acknowledged", _("Acknowledged")),
        View("all", _("All")),
    )
    filters = RecipientFilters
    search = _("customer's number or name")
    export = RECIPIENTS
    empty = _("Nobody is left here: everybody was reached, or no notice has gone out yet.")

    def rows(self, query: ListQuery) -> "QuerySet[CampaignRecipient]":
        rows, typed = recipient_list(query.user), query.values
        if query.text:
            rows = rows.filter(
                customer__in=matching(Customer.objects.all(), query.text).values("pk")
            )
        if typed.get("campaign"):
            rows = rows.filter(campaign=typed["campaign"])
        if typed.get("channel"):
            rows = with_channel(rows, typed["channel"], typed.get("status") or "")
        if typed.get("state"):
            return rows.filter(state=typed["state"])
        return self._view(rows, query)

    def _view(
        self, rows: "QuerySet[CampaignRecipient]", query: ListQuery
    ) -> "QuerySet[CampaignRecipient]":
        calls = [RecipientState.TO_CALL, RecipientState.UNREACHABLE]
        if query.view == "open":
            return rows.filter(state__in=[RecipientState.TOLD, *calls])
        if query.view == "mine":
            return rows.filter(state__in=calls, agent=query.user.pk)
        if query.view == "calls":
            return rows.filter(state__in=calls)
        if query.view == "reached":
            return rows.exclude(state__in=[RecipientState.TOLD, *calls])
        if query.view == "acknowledged":
            return rows.filter(state=RecipientState.ACKNOWLEDGED)
        return rows

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        return list(with_messages(rows))
