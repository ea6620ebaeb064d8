from apps.events.chores import chore
from apps.ledger import services


@chore("apps.ledger.tasks.prove_ledger")
def prove_ledger() -> int:
    """Sealed balances against postings, once a day; how many differ."""
    return len(services.prove_ledger())
