"""A real worker's process that is killed in the middle of a job: ``python -m tests.backoffice.killed_worker``.

It takes users from a file by the Celery task itself, and in the third batch says so and never comes back.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import django


def main() -> None:
    django.setup()
    from celery import current_app

    from apps.accounts import jobs
    from apps.backoffice.imports import Intake, Item, Outcome
    from apps.backoffice.services.jobs import RUN_JOBS

    batches = []
    real = jobs.USERS.take

    def take(intake: Intake, items: Sequence[Item]) -> Sequence[Outcome]:
        batches.append(len(items))
        taken = real(intake, items)
        if len(batches) == 3:
            sys.stdout.write("3\n")
            sys.stdout.flush()
            time.sleep(600)
        return taken

    jobs.IMPORTS = (replace(jobs.USERS, take=take),)
    current_app.loader.import_default_modules()
    while current_app.tasks[RUN_JOBS]():  # on a slow machine it takes more than one turn
        pass


if __name__ == "__main__":
    main()
