from apps.core.notice_types import staff_topic

TOPICS = (staff_topic("staff.locker_full", "Locker full (staff)"),)
