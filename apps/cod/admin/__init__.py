"""Staff pages of the COD floor."""

from apps.cod.admin.campaigns import CampaignAdmin
from apps.cod.admin.changes import ChangeProjectAdmin
from apps.cod.admin.feedback import FeedbackAdmin, NoticeCheckAdmin
from apps.cod.admin.recipients import CampaignRecipientAdmin

__all__ = [
    "CampaignAdmin",
    "CampaignRecipientAdmin",
    "ChangeProjectAdmin",
    "FeedbackAdmin",
    "NoticeCheckAdmin",
]
