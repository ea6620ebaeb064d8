from apps.cod.models.campaigns import Campaign, CampaignMessage, CampaignRecipient
from apps.cod.models.change_files import ChangePaper
from apps.cod.models.change_parts import (
    Candidate,
    ChangeCustomer,
    ChangeStep,
    DepositTest,
    OldAccountUse,
    ReadConfirmation,
    TeamMember,
)
from apps.cod.models.change_projects import ChangeProject
from apps.cod.models.feedback import Feedback, NoticeCheck

__all__ = [
    "Campaign",
    "CampaignMessage",
    "CampaignRecipient",
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
