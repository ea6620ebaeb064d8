from apps.cod.services.campaigns import send_campaign
from apps.cod.services.feedback import give_feedback, note_answers
from apps.cod.services.reaching import (
    HAND_OVER,
    hand_over_to_agents,
    move_recipients,
    name_agent,
    note_call,
    note_messages,
)
from apps.cod.services.verifying import check_notice

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
]
