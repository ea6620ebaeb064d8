"""What colleagues are told of duty and handover (CMP-9)."""

from django.utils.translation import gettext_lazy as _

from apps.core.notice_types import Variable, staff_topic

SPAN = Variable("span", _("time"), "12-04 20:00–08:00", "12-04 20:00–08:00")
UNIT = Variable("unit", _("unit"), "北京分公司", "Beijing branch")
WHO = Variable("who", _("person"), "陈洁", "Chen Jie")
WATCH = Variable("watch", _("the watch is with"), "林静", "Lin Jing")

TOPICS = (
    staff_topic("staff.gap_asked", _("Asked to take a gap in the roster (staff)"), SPAN, UNIT, WHO),
    staff_topic("staff.swap_asked", _("Asked to swap a shift (staff)"), SPAN, UNIT, WHO),
    staff_topic("staff.swap_decided", _("What became of a swap (staff)"), SPAN, UNIT, WHO),
    staff_topic("staff.handover_opened", _("Your shift is to be handed over (staff)"), UNIT, WHO),
    staff_topic("staff.handover_offered", _("A shift is handed over to you (staff)"), UNIT, WHO),
    staff_topic(
        "staff.handover_returned", _("An item of a handover came back (staff)"), WHO, WATCH
    ),
    staff_topic(
        "staff.handover_lapsed", _("A handover was not accepted in time (staff)"), UNIT, WHO, WATCH
    ),
)
