"""Finding late and stuck shipments (TRK-7)."""

from apps.accounts.queries import system_user
from apps.events.background import background_task
from apps.tracking.services.late import find_late as look
from apps.tracking.services.watch import enrol_forgotten

BATCH = 500
MOST_BATCHES = 40


@background_task("apps.tracking.tasks.find_late")
def find_late() -> int:
    """Every half minute: look at what is due, batch by batch; what is left stays due."""
    looked = 0
    for _turn in range(MOST_BATCHES):
        done = look(limit=BATCH, by=system_user("sweeper"))["looked"]
        looked += done
        if done < BATCH:
            break
    return looked


@background_task("apps.tracking.tasks.watch_forgotten")
def watch_forgotten() -> int:
    """Hourly: open shipments that nobody watches."""
    return enrol_forgotten()
