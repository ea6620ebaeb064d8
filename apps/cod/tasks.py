from django.utils import timezone

from apps.accounts.queries import system_user
from apps.cod import services
from apps.events.background import background_task


@background_task("apps.cod.tasks.see_on_bank")
def see_on_bank() -> int:
    """Deposits and settlements whose line has come with a bank file."""
    return services.see_waiting(by=system_user("cod"), at=timezone.now())


@background_task("apps.cod.tasks.prove_cod")
def prove_cod() -> int:
    """Every yuan in exactly one state, once a day; how many accounts or shipments differ."""
    return services.prove_cod(by=system_user("cod"), at=timezone.now()).differences


@background_task("apps.cod.tasks.prepare_remittances")
def prepare_remittances() -> int:
    """Hourly: what merchants are due today is prepared once, and held ones go on once an account is in
    use (COD-7)."""
    by, at = system_user("cod"), timezone.now()
    services.renew_held(by=by, at=at)
    return services.prepare_due(by=by, at=at)


@background_task("apps.cod.tasks.end_unpaid")
def end_unpaid() -> int:
    """What was due for goods that went back."""
    return services.end_unpaid(by=system_user("cod"), at=timezone.now())
