"""All benchmarks, one after the other, and their table: `python3 -m benchmarks [--small] [module …]`.

Started from the folder of a running bin/up, whose PostgreSQL and Valkey they use with databases of
their own (or those that DATABASE_OWNER_URL, DATABASE_URL and REDIS_URL name); what they need beside the
product is installed as for bin/test. Any Python that can run bin/up will do. Nothing of the running
house is touched. ``--small``: minutes instead of hours, on which no limit says much.

The output of each is kept in .yipiao/benchmarks/, the table in .yipiao/benchmarks/table.md. Exit 1
when a limit is missed or a benchmark fails.
"""

import argparse
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launch import packages
from launch.checkout import Checkout
from launch.installing import prepare
from launch.ports import LOCAL
from launch.say import Trouble, say
from launch.servers import Place
from launch.stopping import StopSignal

# In this order: what is quick comes first. Beside each how it is asked to be small.
MODULES: dict[str, tuple[str, ...]] = {
    "idle": ("--seconds", "10"),
    "acts": ("--rounds", "3"),
    "api_acts": (),
    "api_lookup": (),
    "public_page": (),
    "ingest": ("--rounds", "2"),
    "relay": ("--events", "1000"),
    "late_cases": ("--shipments", "200"),
    "late_sweep": ("--waybills", "20000"),
    "rating": ("--shipments", "50000"),
    "order_list": ("--orders", "20000"),
    "suggestions": (),
    "growth": ("--events", "200000"),
    "cod_proof": ("--postings", "100000"),
    "trial_balance": ("--postings", "100000"),
    "kpis": ("--shipments", "5000", "--customers", "50", "--cases", "500"),
    "seals": ("--events", "20000"),
    "campaign": ("--customers", "500"),
    "incidents": ("--small",),
    "bank_import": ("--lines", "10000"),
    "call_files": ("--lines", "10000"),
    "month_end": ("--charges", "50000", "--customers", "500", "--kills", "5"),
    "statement_files": ("--lines", "20000"),
    "finance_pages": ("--charges", "50000", "--customers", "500"),
    "callbacks": ("--small",),
    "pages": ("--small",),
    "streams": ("100",),
    "case_pages": ("--cases", "20000"),
    "case_queries": ("--cases", "20000"),
    "quiet": ("--small",),
    "deliveries": ("--small",),
    "clocks": ("--clocks", "20000"),
    "clock_faults": ("--small",),
    "outage": ("--small",),
    "reconcile": ("--small",),
}
# They make their database as Django's tests do, by the role that may.
BY_THE_OWNER = {"callbacks", "deliveries", "outage", "pages", "quiet"}
ADDRESSES = ("DATABASE_OWNER_URL", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True)
class Outcome:
    name: str
    code: int
    seconds: float
    lines: list[str]

    @property
    def verdict(self) -> str:
        return {0: "kept", 1: "**missed**"}.get(self.code, f"failed ({self.code})")


def environment(checkout: Checkout) -> dict[str, str]:
    """Addresses and secrets of the bin/up that runs here, where the environment names none."""
    given = {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}
    place = Place.of(checkout, "up", durable=True)
    if "DATABASE_OWNER_URL" not in given or "REDIS_URL" not in given:
        given = {**_of_up(place.folder), **given}
    env = {**os.environ, **given, "DJANGO_SETTINGS_MODULE": "config.settings"}
    env["PYTHONPATH"] = str(checkout.root)
    return env


def _of_up(folder: Path) -> dict[str, str]:
    try:
        secrets = json.loads((folder / "secrets.json").read_text())
        ports = json.loads((folder / "ports.json").read_text())
    except OSError:
        raise Trouble("Start bin/up in this folder first, and leave it running.") from None
    base = f"{LOCAL}:{ports['postgres']}/yipiao"
    return {
        "DATABASE_OWNER_URL": f"postgresql://yipiao_owner:{secrets['OWNER_PASSWORD']}@{base}",
        "DATABASE_URL": f"postgresql://yipiao_app:{secrets['APP_PASSWORD']}@{base}",
        "REDIS_URL": f"redis://:{secrets['VALKEY_PASSWORD']}@{LOCAL}:{ports['valkey']}/0",
        **{name: secrets[name] for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")},
    }


def run(name: str, *, small: bool, env: dict[str, str], checkout: Checkout) -> Outcome:
    """One benchmark; its words are shown as they come and kept."""
    words = MODULES[name] if small else ()
    if name in BY_THE_OWNER:
        env = {**env, "DATABASE_URL": env["DATABASE_OWNER_URL"]}
    log = checkout.place("benchmarks") / f"{name}.txt"
    say(f"\n=== {name} {' '.join(words)}")
    began = time.monotonic()
    with log.open("w") as log_file:
        process = subprocess.Popen(
            [str(checkout.python), "-m", f"benchmarks.{name}", *words],
            cwd=checkout.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = []
        for line in process.stdout or ():
            log_file.write(line)
            say(line.rstrip())
            lines.append(line.rstrip())
    return Outcome(name, process.wait(), time.monotonic() - began, lines)


def table(outcomes: list[Outcome]) -> str:
    """A line for each benchmark and one for each limit in it."""
    rows = ["| benchmark | limits | seconds | |", "| --- | --- | --- | --- |"]
    for one in outcomes:
        verdicts = [line for line in one.lines if line.endswith(("kept", "MISSED"))]
        verdict = "<br>".join(" ".join(line.split()) for line in verdicts or one.lines[-1:])
        rows.append(f"| `{one.name}` | {one.verdict} | {one.seconds:.0f} | {verdict} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="module", choices=[[], *MODULES])
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    checkout = Checkout.here()
    folder = checkout.place("benchmarks")
    reading, _held = os.pipe()
    stop_signal = StopSignal(reading)
    try:
        env = environment(checkout)
        prepare(checkout, "dev", stop_signal, folder / "setup.log")
        packages.provide(stop_signal, folder / "setup.log", for_tests=False)
    except Trouble as trouble:
        say(str(trouble))
        return 2
    outcomes = [
        run(name, small=asked.small, env=env, checkout=checkout)
        for name in asked.modules or MODULES
    ]
    made = table(outcomes)
    (folder / "table.md").write_text(made)
    say(f"\n{made}")
    return 1 if any(one.code for one in outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
