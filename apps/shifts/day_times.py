"""Minutes of a day as people read them. Pure."""

DAY_MINUTES = 24 * 60


def clock_text(minute: int) -> str:
    """``08:00``; beyond the day's end the time of the next morning, and 24:00 for midnight itself."""
    n = minute if minute <= DAY_MINUTES else minute - DAY_MINUTES
    return f"{n // 60:02}:{n % 60:02}"
