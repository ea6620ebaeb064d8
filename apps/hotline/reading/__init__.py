"""Call records of phone systems: lines of bytes → parts of calls and refusals. Pure."""

from apps.hotline.enums import Profile
from apps.hotline.reading.profiles import (
    AVAYA,
    FREEPBX,
    HUAWEI,
    ROLES,
    THREE_CX,
    YEASTAR,
    own_layout,
)
from apps.hotline.reading.queue_log import read_queue_log
from apps.hotline.reading.sheets import read_sheet
from apps.hotline.reading.values import Lines, Part, Reading, Refusal, Setting

__all__ = ["ROLES", "Lines", "Part", "Reading", "Refusal", "Setting", "read_lines"]

_LAYOUTS = {
    Profile.FREEPBX: FREEPBX,
    Profile.THREE_CX: THREE_CX,
    Profile.AVAYA: AVAYA,
    Profile.HUAWEI: HUAWEI,
    Profile.YEASTAR: YEASTAR,
}


def read_lines(profile: str, lines: Lines, setting: Setting, head: bytes) -> Reading:
    """``lines`` are numbered from 1 and end as they end in the file; ``head`` is the file's first line."""
    if profile == Profile.QUEUE_LOG:
        return read_queue_log(lines, setting)
    layout = _LAYOUTS.get(Profile(profile)) or own_layout(setting)
    return read_sheet(lines, setting, layout, head)
