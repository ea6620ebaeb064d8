"""Lists of this app as spreadsheets (apps/backoffice/exports.py)."""

from apps.account_changes.campaign_exports import CAMPAIGN_EXPORTS

EXPORTS = (*CAMPAIGN_EXPORTS,)
