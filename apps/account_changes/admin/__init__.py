"""Staff pages of the COD floor."""

from apps.account_changes.admin.campaigns import CampaignAdmin
from apps.account_changes.admin.changes import ChangeProjectAdmin
from apps.account_changes.admin.feedback import FeedbackAdmin, NoticeCheckAdmin
from apps.account_changes.admin.recipients import CampaignRecipientAdmin

__all__ = [
    "CampaignAdmin",
    "CampaignRecipientAdmin",
    "ChangeProjectAdmin",
    "FeedbackAdmin",
    "NoticeCheckAdmin",
]
