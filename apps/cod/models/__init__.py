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

__all__ = [
    "Candidate",
    "ChangeCustomer",
    "ChangePaper",
    "ChangeProject",
    "ChangeStep",
    "DepositTest",
    "OldAccountUse",
    "ReadConfirmation",
    "TeamMember",
]
