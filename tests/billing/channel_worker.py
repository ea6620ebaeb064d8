"""A real worker's process that is killed while it has an invoice issued:
``python -m tests.billing.channel_worker answered``.

It does the work by the Celery task itself. ``connected``: the connection stands and nothing has left.
``answered``: the provider has taken it, and the answer is not on record. There it says so and never
comes back.
"""

import sys
import time
from typing import Any

import django


def main(point: str) -> None:
    django.setup()
    from celery import current_app

    from apps.billing.services.tax import issuing, turns

    def stop(*_args: Any, **_given: Any) -> None:
        sys.stdout.write(f"{point}\n")
        sys.stdout.flush()
        time.sleep(600)

    if point == "answered":
        issuing.note_invoice = stop
    else:
        turns.begin = stop
    current_app.loader.import_default_modules()
    current_app.tasks[turns.WORK]()


if __name__ == "__main__":
    main(sys.argv[1])
