from apps.events.background import background_task
from apps.ledger import services


@background_task("apps.ledger.tasks.prove_ledger")
def prove_ledger() -> int:
    """Sealed balances against postings, once a day; how many differ."""
    return len(services.prove_ledger())
