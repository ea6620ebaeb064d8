"""Telling every customer of an account change, and what they say to it (COD-3, COD-5, COD-6)."""

from apps.account_changes.services.campaigns.feedback import give_feedback, note_answers
from apps.account_changes.services.campaigns.reaching import (
    HAND_OVER,
    hand_over_to_agents,
    move_recipients,
    name_agent,
    note_call,
    note_messages,
)
from apps.account_changes.services.campaigns.sending import send_campaign
from apps.account_changes.services.campaigns.supplementing import tell_late_customers
from apps.account_changes.services.campaigns.verifying import check_notice

__all__ = [
    "HAND_OVER",
    "check_notice",
    "give_feedback",
    "hand_over_to_agents",
    "move_recipients",
    "name_agent",
    "note_answers",
    "note_call",
    "note_messages",
    "send_campaign",
    "tell_late_customers",
]
