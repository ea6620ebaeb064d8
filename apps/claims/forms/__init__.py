"""What staff type about claims, decisions, payments, recoveries, rules and limits (CMP-6)."""

from apps.claims.forms.deciding import (
    AgreeForm,
    ApproveForm,
    AssessForm,
    DisputeForm,
    RefuseClaimForm,
    ReturnForm,
)
from apps.claims.forms.fields import ItemsField, SumField
from apps.claims.forms.filing import AskPapersForm, FileClaimForm, PaperForm
from apps.claims.forms.paying import AgreedSumForm, PlanPaymentForm, ReceivedSumForm, RecoveryForm
from apps.claims.forms.settings import LimitForm, RuleForm

__all__ = [
    "AgreeForm",
    "AgreedSumForm",
    "ApproveForm",
    "AskPapersForm",
    "AssessForm",
    "DisputeForm",
    "FileClaimForm",
    "ItemsField",
    "LimitForm",
    "PaperForm",
    "PlanPaymentForm",
    "ReceivedSumForm",
    "RecoveryForm",
    "RefuseClaimForm",
    "ReturnForm",
    "RuleForm",
    "SumField",
]
