from apps.incidents.services.announcing import announce
from apps.incidents.services.declaring import add_later_arrivals, declare_incident, extend_scope
from apps.incidents.services.ending import (
    close_incident,
    end_incident,
    mark_stable,
    missing_before_closing,
    withdraw_incident,
)
from apps.incidents.services.notifying import note_call, note_messages, send_notice
from apps.incidents.services.plans import hold_drill, plan_drill, review_plan, write_plan
from apps.incidents.services.seats import leave_seat, take_seat
from apps.incidents.services.spreading import WORK, work_incidents
from apps.incidents.services.tasks import finish_task, give_task

__all__ = [
    "WORK",
    "add_later_arrivals",
    "announce",
    "close_incident",
    "declare_incident",
    "end_incident",
    "extend_scope",
    "finish_task",
    "give_task",
    "hold_drill",
    "leave_seat",
    "mark_stable",
    "missing_before_closing",
    "note_call",
    "note_messages",
    "plan_drill",
    "review_plan",
    "send_notice",
    "take_seat",
    "withdraw_incident",
    "work_incidents",
    "write_plan",
]
