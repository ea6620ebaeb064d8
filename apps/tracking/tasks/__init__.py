from apps.tracking.tasks.housekeeping import make_partitions
from apps.tracking.tasks.late import find_late, watch_forgotten

__all__ = ["find_late", "make_partitions", "watch_forgotten"]
