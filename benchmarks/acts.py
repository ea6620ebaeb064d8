"""What an everyday act costs, and what everything costs that it wakes: `python -m benchmarks.acts`.

For each act: statements (savepoints among them), milliseconds, milliseconds beside a bare
INSERT + COMMIT taken in the same run, and in how many modules of ours a function ran. Beside it
the same for handing what was recorded to all who hear of it, until their messages are queued. Last
the way of one complaint from the phone to the mail that goes out.

The acts and their limits stand in tests/acts.py, which the tests keep as well. ``--sql ACT`` prints
the statements of one act, ``--modules ACT`` the modules. Needs DATABASE_OWNER_URL; a database of its
own is made and dropped.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.scratch import scratch_database

if TYPE_CHECKING:
    from tests.acts import Act, Count, Installation

ROUNDS = 15
MODULES_TO_MAIL = 50


def bare_insert() -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare (said) VALUES ('a word')")


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def timed(act: "Act", installation: "Installation", rounds: int) -> tuple[float, float, float]:
    """Medians of the act, of what it wakes, and of the bare INSERT + COMMIT, in turn."""
    from tests.acts import run_background

    taken: list[tuple[float, float, float]] = []
    for _turn in range(rounds):
        made = act.ready(installation)
        run_background()
        bare = milliseconds(bare_insert)
        taken.append(
            (
                milliseconds(lambda made=made: act.do(installation, made)),
                milliseconds(run_background),
                bare,
            )
        )
    first, second, third = zip(*taken, strict=True)
    return statistics.median(first), statistics.median(second), statistics.median(third)


def modules_to_mail(installation: "Installation") -> tuple[set[str], set[str]]:
    """From what the agent saves to the message that is queued, and to the mail that has left."""
    from apps.notifications.services.sending import send_due
    from tests.acts import ACTS, modules_run, run_background
    from tests.doubles.mail_server import MailServer

    with MailServer() as server:
        use_mail(server.port)
        new = ACTS[0].ready(installation)
        send_due("email", worker="bench", limit=10_000)
        before = len(server.accepted)
        with modules_run() as queued:
            ACTS[0].do(installation, new)
            run_background()
        with modules_run() as sent:
            send_due("email", worker="bench")
        if len(server.accepted) == before:
            raise SystemExit("no mail left the company")
        return queued, queued | sent


def use_mail(port: int) -> None:
    from django.conf import settings

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    settings.EMAIL_PER_SECOND = 1000.0


def prepare() -> "Installation":
    from django.conf import settings
    from django.db import connection

    from apps.notifications.models import NotificationPolicy
    from tests.acts import Installation

    settings.SITE_URL = "https://yp.example"
    settings.INQUIRY_MAIL_FROM = "一票客服 <cases@yipiao.example>"
    settings.ALLOWED_HOSTS = ["*"]
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    use_mail(25)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, said text)")
    return Installation()


def row(act: "Act", found: "Count", times: tuple[float, float, float]) -> str:
    own, background, bare = times
    statements, more = len(found.statements), len(found.background)
    verdict = "kept" if statements <= act.most and more <= act.most_background else "MISSED"
    return (
        f"{act.name:22}{statements:>4} ≤{act.most:>3}{own:>9.1f}{own / bare:>7.0f} ×"
        f"{len(found.modules):>5}   |{more:>5} ≤{act.most_background:>3}{background:>9.1f}"
        f"{background / bare:>7.0f} ×{len(found.background_modules):>5}  {verdict}"
    )


def show(found: "Count", *, sql: bool) -> None:
    for title, statements, modules in (
        ("the act", found.statements, found.modules),
        ("what it wakes", found.background, found.background_modules),
    ):
        print(f"--- {title}")
        print(*(statements if sql else sorted(modules)), sep="\n")


def run(asked: argparse.Namespace) -> int:
    from tests.acts import ACTS, count

    installation, missed = prepare(), False
    print(f"{'':22}{'statements':>9}{'ms':>9}{'of bare':>9}{'mods':>5}   | what it wakes, likewise")
    chosen = asked.sql or asked.modules
    # Counted before anything is timed: what a timed round leaves to be done later would count as the next act's.
    counts = [(act, count(act, installation)) for act in ACTS if chosen in ("", act.name)]
    if chosen:
        show(counts[0][1], sql=bool(asked.sql))
        return 0
    for act, found in counts:
        line = row(act, found, timed(act, installation, asked.rounds))
        missed = missed or line.endswith("MISSED")
        print(line, flush=True)
    queued, way = modules_to_mail(installation)
    is_met = len(way) <= MODULES_TO_MAIL
    print(
        f"modules of ours that run from phone complaint to mail: {len(way)} ≤ {MODULES_TO_MAIL}"
        f"  {'kept' if is_met else 'MISSED'}; until it is queued: {len(queued)}"
    )
    return int(missed or not is_met)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sql", default="", metavar="ACT")
    parser.add_argument("--modules", default="", metavar="ACT")
    with scratch_database("yipiao_bench_acts"):
        return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
