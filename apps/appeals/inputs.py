"""What doors hand to the services."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewAppeal:
    """An appeal to the postal authority: its number there, and the day of the answer if it prints one."""

    number: str
    answer_due_at: datetime | None = None
