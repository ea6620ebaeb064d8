from apps.banking import services
from apps.banking.services import payee_steps
from apps.banking.services.files import POST
from apps.events.background import background_task

UNCLEAR = "apps.banking.tasks.mark_unclear"


@background_task(POST)
def post_lines() -> int:
    """What came in with bank files and is not posted yet; which payouts went out by them."""
    return services.post_waiting() + services.settle_waiting()


@background_task(payee_steps.MOVE)
def move_payees() -> int:
    """Payout accounts whose waiting time is over are used; requests that nobody finishes lapse."""
    return services.move_payees()


@background_task(UNCLEAR)
def mark_unclear() -> int:
    """Payouts of which the bank says nothing are asked about."""
    return services.mark_unclear()
