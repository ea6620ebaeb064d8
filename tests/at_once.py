"""Many hands at the same moment, each with a connection of its own."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection

from apps.core.errors import RuleBroken
from tests.waiting import LIMIT


def at_once(hands: int, act: Callable[[int], Any], *, each: int = 1) -> "Counter[str]":
    """``hands`` threads begin together and try ``each`` times, with their number: how often it was done, and how
    often refused by which code. Whatever else is raised is counted as it is written."""
    gate, outcomes = threading.Barrier(hands), list[str]()

    def hand(n: int) -> None:
        try:
            gate.wait(LIMIT)
            for _try in range(each):
                outcomes.append(_outcome(act, n))
        finally:
            connection.close()

    threads = [threading.Thread(target=hand, args=(n,)) for n in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert len(outcomes) == hands * each, f"somebody still waits: {outcomes}"
    return Counter(outcomes)


def _outcome(act: Callable[[int], Any], n: int) -> str:
    try:
        act(n)
    except RuleBroken as refusal:
        return refusal.code
    except Exception as problem:  # shown by the test, which expects outcomes
        return repr(problem)
    return "done"
