"""A real process that is killed while it makes a payment file: ``python -m tests.banking.payout_worker stored 7``.

``stored``: the file lies on the disk, no row names it. ``sent``: the payouts are in it, nothing is committed.
``made``: all of it is committed. There it says so and never comes back.
"""

import sys
import time
from typing import Any

import django


def main(point: str, account: str) -> None:
    django.setup()
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.banking.models import BankAccount
    from apps.banking.queries.payouts import payable_from
    from apps.banking.services import payout_files

    def stop(*_args: Any, **_given: Any) -> None:
        sys.stdout.write(f"{point}\n")
        sys.stdout.flush()
        time.sleep(600)

    if point == "stored":
        payout_files.PayoutFile.save = stop  # type: ignore[method-assign]  # where it is killed
    elif point == "sent":
        payout_files.record_many = stop  # type: ignore[assignment]
    row = BankAccount.objects.get(pk=account)
    payout_files.make_payment_file(
        payable_from(row),
        account=row,
        template="cmb",
        by=system_user("tests"),
        at=timezone.now(),
    )
    stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
