from apps.tracking.tasks.housekeeping import forget_guess_counts, make_partitions
from apps.tracking.tasks.late import find_late, watch_forgotten

__all__ = ["find_late", "forget_guess_counts", "make_partitions", "watch_forgotten"]
