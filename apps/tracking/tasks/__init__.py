from apps.tracking.tasks.housekeeping import make_partitions, purge_guess_counts
from apps.tracking.tasks.late import find_late, watch_forgotten

__all__ = ["find_late", "make_partitions", "purge_guess_counts", "watch_forgotten"]
