"""Writes of the hotline floor."""

from apps.hotline.services.call_backs import (
    close_answered,
    end_call_back,
    follow_calls,
    take_call_back,
)
from apps.hotline.services.calls import (
    PushedCall,
    link_call,
    note_call,
    push_call,
    reveal_number,
)
from apps.hotline.services.files import (
    drop_call_file,
    open_original,
    preview_call_file,
    run_call_file,
    take_call_file,
    take_lines,
    upload_call_file,
)
from apps.hotline.services.systems import (
    leave_extension,
    save_phone_system,
    seat_agent,
    set_answer_policy,
)

__all__ = [
    "PushedCall",
    "close_answered",
    "drop_call_file",
    "end_call_back",
    "follow_calls",
    "leave_extension",
    "link_call",
    "note_call",
    "open_original",
    "preview_call_file",
    "push_call",
    "reveal_number",
    "run_call_file",
    "save_phone_system",
    "seat_agent",
    "set_answer_policy",
    "take_call_back",
    "take_call_file",
    "take_lines",
    "upload_call_file",
]
