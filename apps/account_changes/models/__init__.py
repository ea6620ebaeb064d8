from apps.account_changes.models.campaigns import (
    Campaign,
    CampaignMessage,
    CampaignRecipient,
    CampaignSupplement,
)
from apps.account_changes.models.change_files import ChangePaper
from apps.account_changes.models.change_parts import (
    Candidate,
    ChangeCustomer,
    ChangeStep,
    DepositTest,
    OldAccountUse,
    ReadConfirmation,
    TeamMember,
)
from apps.account_changes.models.change_projects import ChangeProject
from apps.account_changes.models.feedback import Feedback, NoticeCheck

__all__ = [
    "Campaign",
    "CampaignMessage",
    "CampaignRecipient",
    "CampaignSupplement",
    "Candidate",
    "ChangeCustomer",
    "ChangePaper",
    "ChangeProject",
    "ChangeStep",
    "DepositTest",
    "Feedback",
    "NoticeCheck",
    "OldAccountUse",
    "ReadConfirmation",
    "TeamMember",
]
