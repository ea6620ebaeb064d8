"""The control of the clock faults: each step a Celery task with an ETA, which nothing but the broker
and the worker's memory remembers. Tried again for as long as the database is away."""

import os
from typing import Any

import psycopg2
from celery import Celery
from celery.signals import worker_ready

# Not the current app: the tests that start it run beside those of the product's own.
app = Celery("eta", broker=os.environ.get("ETA_BROKER", "memory://"), set_as_current=False)
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="fire", autoretry_for=(psycopg2.Error,), max_retries=None, default_retry_delay=1)
def fire(clock: int, step: int) -> None:
    _write("INSERT INTO eta_fired VALUES (%s, %s)", clock, step)


@worker_ready.connect
def say_so(sender: Any, **_more: Any) -> None:
    _write("INSERT INTO eta_up VALUES (%s)", str(sender.hostname))


def _write(statement: str, *values: object) -> None:
    connection = psycopg2.connect(os.environ["ETA_DATABASE"], connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
    finally:
        connection.close()
