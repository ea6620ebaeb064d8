"""Does anybody in front of a page notice a broker that hangs? `python -m benchmarks.pages [--small]`

The same pages, forms and API calls at three web servers in turn: one whose broker is well, one whose
broker takes connections and answers nothing, one whose broker takes no connection. Needs
DATABASE_URL of an owner, makes and drops a database. Exit 1 when a page's median is over 300 ms
beside a hanging broker, when it is over 1.25 of what it is beside a broker that is well, or when
a page talks to the broker that has no business with it.
"""

import statistics
import sys
import time
from collections import defaultdict
from contextlib import ExitStack

from benchmarks.scratch import tests_database

RATIO = 1.25  # of two medians on a machine that others use as well
# The two that ask the broker something.
PROBE, NOTHING = "/readyz", "unknown number"


def main() -> int:
    with tests_database():
        return compare(5 if "--small" in sys.argv else 40)


def compare(rounds: int) -> int:
    from django.conf import settings

    from tests.faults.brokers import crowded_broker, silent_broker
    from tests.faults.pages import (
        ENVIRONMENT,
        LIMIT,
        RESTED,
        Installation,
        Visitor,
        ask_for_nothing,
        visit,
    )
    from tests.faults.processes import web

    with ExitStack() as stack:
        silent = stack.enter_context(silent_broker())
        crowded = stack.enter_context(crowded_broker())
        ports = {
            name: stack.enter_context(web(url, ENVIRONMENT))
            for name, url in (
                ("well", settings.REDIS_URL),
                ("silent", silent.url),
                ("crowded", crowded.url),
            )
        }
        installation = Installation()
        taken: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for turn in range(rounds + 1):
            for kind, port in ports.items():
                for page, seconds in visit(installation, port).items():
                    if turn:
                        taken[page][kind].append(seconds)
        visitors = silent.visitors
        for turn in range(rounds // 4 + 1):
            # The first look-up of nothing after a rest pays for all of the next five seconds.
            time.sleep(RESTED)
            for kind, port in ports.items():
                probe, nothing = Visitor(port).get("/readyz"), ask_for_nothing(port)
                if turn:
                    taken[PROBE][kind].append(probe.seconds)
                    taken[NOTHING][kind].append(nothing.seconds)
    print(f"\nmilliseconds, median and slowest of {rounds}, by how the broker is")
    print(f"{'':26}{'well':>16}{'answers nothing':>18}{'not reachable':>16}{'ratio':>8}")
    failed = visitors > 0
    for page, kinds in taken.items():
        middle = {kind: statistics.median(values) for kind, values in kinds.items()}
        worst = max(middle["silent"], middle["crowded"])
        ratio = worst / middle["well"]
        is_met = worst <= LIMIT and (ratio <= RATIO or page in (PROBE, NOTHING))
        cells = [f"{1000 * middle[k]:6.0f} {1000 * max(kinds[k]):7.0f}" for k in ports]
        print(
            f"{page:26}{cells[0]:>16}{cells[1]:>18}{cells[2]:>16}{ratio:>8.2f}"
            f"{'' if is_met else '  MISSED'}"
        )
        failed |= not is_met
    print(f"connections to the broker from pages: {visitors}")
    print(f"limits: median {1000 * LIMIT:.0f} ms, ratio {RATIO}, no connection")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
