"""Enqueueing a task for what a transaction has just committed to the database.

The database remembers what is to be done; a call only makes it sooner. So nothing waits for a call,
nothing fails with it, and one that is on its way already is not made again: a burst of a thousand
commits is a call or two.
"""

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any
from uuid import uuid4

from celery import Task, current_app
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from kombu import Connection

from apps.core import request_ids
from apps.core.valkey import PAUSE_SECONDS, ValkeyStore

log = logging.getLogger(__name__)
# A call that got lost on its way keeps others back for so long.
ON_ITS_WAY = 5.0
# Seconds that a call may take where no page waits for it.
LONG_TIMEOUT = 1.0
# Where so many wait nobody takes them, and one more is of no use. No call has an hour after which it
# is void: whose clock would say so?
ENOUGH = 200
_CALL = """
if redis.call('LLEN', ARGV[2]) < tonumber(ARGV[3]) and redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
    redis.call('LPUSH', ARGV[2], ARGV[4])
end
return 1
"""
# Stands in a call as Celery writes it where each has a name of its own.
_NAME = "00000000-0000-0000-0000-000000000000"
# Likewise for the id of the request that calls.
_REQUEST = "00000000-request"
_store = ValkeyStore()
_writing = Lock()
# Who takes the calls instead of the broker, in a process that does the work itself (and in tests).
_ears: list[Callable[[str, tuple[str, ...]], None]] = []


class UniqueTask(Task):  # type: ignore[type-arg]  # it is no generic type when it runs
    """A task that is called by ``wake``: from when it begins it may be called again, because what is
    committed from then on it may not see."""

    abstract = True
    ignore_result = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        # The thread goes on with the id of whoever called, or one of its own.
        asked = self.request_stack.top if self.request_stack else None
        request_ids.begin(getattr(asked, "request_id", None) or "")
        close_old_connections()  # the database may have been restarted since this thread's last task
        with suppress(Exception):  # then the mark ends by itself
            _store.run("return redis.call('DEL', KEYS[1])", _key(self.name, tuple(args)))


class _Call:
    """What is done on commit; two of the same are equal."""

    def __init__(self, task: str, args: tuple[str, ...]) -> None:
        self.task, self.args = task, args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and (self.task, self.args) == (other.task, other.args)

    def __hash__(self) -> int:
        return hash((self.task, self.args))

    def __call__(self) -> None:
        enqueue(self.task, *self.args)


def enqueue_on_commit(task: str, *args: str) -> None:
    """Call a worker to ``task`` once what is being written can be seen; once per transaction."""
    call = _Call(task, args)
    here = set(connection.savepoint_ids)
    # One made in a savepoint that may yet be rolled back is no call of ours.
    if any(one == call and set(within) <= here for within, one, *_ in connection.run_on_commit):
        return
    transaction.on_commit(call, robust=True)


def enqueue(task: str, *args: str) -> None:
    """Call a worker now, unless a call is on its way. Never raises, and never waits long."""
    if _ears:
        _ears[-1](task, args)
    else:
        call(task, args)


def heard_by(hear: Callable[[str, tuple[str, ...]], None] | None) -> None:
    """From now on this process gives its calls to ``hear``; None: to the broker again."""
    _ears[:] = [hear] if hear else []


def use_long_timeout() -> None:
    """This process answers no requests: its calls may take a moment, as on a busy machine they do."""
    _store.timeout = LONG_TIMEOUT


def call(task: str, args: tuple[str, ...]) -> None:
    """To the broker, whoever takes the calls of this process otherwise."""
    if not settings.WAKE_WORKERS:
        return
    try:
        queue = current_app.conf.task_default_queue
        message = _written(task, args).replace(_NAME, str(uuid4()))
        message = message.replace(_REQUEST, request_ids.current())
        _store.run(_CALL, _key(task, args), int(ON_ITS_WAY * 1000), queue, ENOUGH, message)
    except Exception:  # whatever the broker does, what is committed stays done
        _store.paused_until = time.monotonic() + PAUSE_SECONDS
        log.warning("nobody could be called to %s; it is found without", task)


@cache
def _written(task: str, args: tuple[str, ...]) -> str:
    """The call as Celery writes it for the broker, written once: to have each written anew costs more than
    the rest of a small request. Mark and call then are one question to the broker."""
    # All such queues of a process are one.
    with _writing, Connection("memory://") as here, here.Producer() as producer:
        current_app.send_task(
            task,
            args,
            task_id=_NAME,
            producer=producer,
            retry=False,
            headers={"request_id": _REQUEST},
        )
        channel: Any = here.default_channel
        written: dict[str, Any] = channel._get(current_app.conf.task_default_queue)
    written["properties"]["delivery_tag"] = _NAME
    return json.dumps(written)


def _key(task: str, args: tuple[str, ...]) -> str:
    return ":".join(("called", task, *args))
