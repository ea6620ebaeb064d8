"""Who was told of an account change, how far each channel came and who goes on (COD-3)."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import MessageStatus, NoticeChannel
from apps.account_changes.models import CampaignRecipient
from apps.account_changes.queries.campaigns import messages_of
from apps.backoffice.exports import Export, ExportColumn, attribute, rows_of_list


def with_messages(rows: Sequence[CampaignRecipient]) -> Iterable[CampaignRecipient]:
    """The rows, each with how far its channels came; one statement for all."""
    found = messages_of(list(rows))
    for row in rows:
        row.by_channel = {one.channel: one.status for one in found[row.pk]}  # type: ignore[attr-defined]  # read by the columns
    return rows


def _by(channel: NoticeChannel) -> ExportColumn:
    def value(row: CampaignRecipient) -> str:
        status = row.by_channel.get(channel)  # type: ignore[attr-defined]  # see with_messages
        return str(MessageStatus(status).label) if status else ""

    return ExportColumn(channel.label, value)


RECIPIENTS = Export(
    name="account_changes.campaignrecipient",
    label=_("Customers told of an account change"),
    file_name="account-notices",
    permission="account_changes.export_campaignrecipient",
    rows=rows_of_list(CampaignRecipient),
    prepare=with_messages,
    columns=(
        attribute(_("Account change"), "campaign.project.number"),
        attribute(_("Customer number"), "customer.code"),
        attribute(_("Customer"), "customer.name"),
        ExportColumn(_("State"), lambda row: row.get_state_display()),
        attribute(_("Since"), "state_since"),
        ExportColumn(_("Agent"), lambda row: str(row.agent)),
        attribute(_("Acknowledged"), "acknowledged_at"),
        *(_by(channel) for channel in NoticeChannel),
    ),
)
EXPORTS = (RECIPIENTS,)
