"""What the events of this app mean to people and to merchants."""

from apps.account_changes.campaign_notices import (
    CAMPAIGN_FOLLOWED,
    CAMPAIGN_NOTICES,
    CAMPAIGN_WEBHOOKS,
)

NOTICES = {**CAMPAIGN_NOTICES}
WEBHOOKS = {**CAMPAIGN_WEBHOOKS}
FOLLOWED = {**CAMPAIGN_FOLLOWED}
