from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class Size(ColourChoices):
    SMALL = "small", "Small", "grey"
    LARGE = "large", "Large", "blue"


class LockerMatter(ColourChoices):
    FULL = "locker_full", "Full locker", "amber"


MATTER_KINDS = {LockerMatter.FULL: Timed(seen_with="lockers.view_locker", classes=Size.choices)}
EVENT_KINDS = {"locker.filled": "Locker filled"}
EVENT_DETAILS = {"locker.filled/size": "Size of the door"}
EVENT_VALUES = {"locker.filled/size": Size}
EVENT_ROWS = ("door",)
