"""A real worker's process that is killed while it closes a month: ``python -m tests.billing.closing_worker``.

It does the job by the Celery task itself, one statement a batch, and after the second one is committed says
so and never comes back.
"""

import sys
import time
from typing import Any

import django


def main() -> None:
    django.setup()
    from celery import current_app

    from apps.backoffice.services.jobs import RUN_JOBS
    from apps.billing import jobs

    real, batches = jobs.freeze_batch, []

    def freeze(**given: Any) -> list[int]:
        if len(batches) == 2:
            real(**given, most=1)  # and this one is lost with its transaction
            sys.stdout.write("2\n")
            sys.stdout.flush()
            time.sleep(600)
        batches.append(real(**given, most=1))
        return batches[-1]

    jobs.freeze_batch = freeze
    current_app.loader.import_default_modules()
    while current_app.tasks[RUN_JOBS]():
        pass


if __name__ == "__main__":
    main()
