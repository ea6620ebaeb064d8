"""What this app has to tell people; the notifications floor gathers it."""

from apps.account_changes.campaign_topics import CAMPAIGN_TOPICS

TOPICS = (*CAMPAIGN_TOPICS,)
