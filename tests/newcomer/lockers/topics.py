from apps.core.telling import staff_topic

TOPICS = (staff_topic("staff.locker_full", "Locker full (staff)"),)
