"""Input of the public pages, to clean values."""

from apps.portal.forms.cases import MessageForm, RateForm, ReportForm, WithdrawForm
from apps.portal.forms.following import CodeForm, FollowForm

__all__ = ["CodeForm", "FollowForm", "MessageForm", "RateForm", "ReportForm", "WithdrawForm"]
