"""A time to come, as people say it: "15:20", "+20", "30分钟后", "今晚8点", "周五前", "tomorrow 9:30"."""

from apps.core.moments.reading import MOST_MINUTES, read_moment

__all__ = ["MOST_MINUTES", "read_moment"]
