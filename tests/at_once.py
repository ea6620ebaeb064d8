"""Many hands at the same moment, each with a connection of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections

from apps.core.errors import RuleBroken
from tests.waiting import LIMIT


def all_at_once(*acts: Callable[[], Any]) -> list[BaseException | None]:
    """The ``acts`` begin together, each in a thread of its own: what each raised, in their order."""
    gate = threading.Barrier(len(acts))
    raised: list[BaseException | None] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait(LIMIT)
            acts[place]()
        except BaseException as error:
            raised[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads), f"somebody still waits: {raised}"
    return raised


def at_once(hands: int, act: Callable[[int], Any], *, each: int = 1) -> "Counter[str]":
    """``hands`` threads begin together and try ``each`` times, with their number: how often it was done, and how
    often refused by which code. Whatever else is raised is counted as it is written."""
    outcomes: list[str] = []

    def hand(n: int) -> None:
        # Threads may extend a list together; not so a count.
        outcomes.extend([_outcome(act, n) for _try in range(each)])

    raised = all_at_once(*(partial(hand, n) for n in range(hands)))
    assert raised == [None] * hands, raised
    return Counter(outcomes)


def _outcome(act: Callable[[int], Any], n: int) -> str:
    try:
        act(n)
    except RuleBroken as refusal:
        return refusal.code
    except Exception as problem:  # shown by the test, which expects outcomes
        return repr(problem)
    return "done"
