from apps.core.database import database_now
from apps.events.background import background_task, due_when
from apps.sla import services
from apps.sla.services.rows import RECOMPUTE, SWEEP


@background_task(SWEEP)
def sweep_clocks() -> int:
    """Announce what is due."""
    return services.sweep().clocks


@background_task(RECOMPUTE)
def recompute_clocks() -> int:
    """Read again what a calendar or a policy has made out of date."""
    return services.recompute_stale()


@background_task("apps.sla.tasks.maintain_calendars")
def maintain_calendars() -> int:
    """CMP-2: holidays that a newer library knows, and the warning of a missing year."""
    return services.maintain_calendars(at=database_now())


due_when(
    SWEEP, "SELECT '', next_at FROM sla_clock WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1"
)
