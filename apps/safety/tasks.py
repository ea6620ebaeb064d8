from apps.events.background import background_task
from apps.safety import services


@background_task("apps.safety.tasks.seal")
def seal() -> int:
    """Seal what is new, look at the seals of the last day, and keep the new ones outside. In this order:
    what was done to the copy is seen before more is written to it."""
    made = services.seal_new_rows()
    services.verify_recent()
    services.store_outside()
    return made


@background_task("apps.safety.tasks.verify_seals")
def verify_seals() -> int:
    """Look at every seal there is; how much tampering was found that was not known."""
    return len(services.verify_all())


@background_task("apps.safety.tasks.plan_checks")
def plan_checks() -> int:
    """Each open account has a security check ahead; how many were planned."""
    return services.plan_checks()
