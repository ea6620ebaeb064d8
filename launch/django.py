"""`manage.py` commands as steps of a start; each runs in the product's own environment."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from launch.checkout import Checkout
from launch.child import Child
from launch.forking import Process, Request
from launch.locks import locked
from launch.say import Trouble, say, step, tail
from launch.stamps import Stamp, digest_of_files
from launch.stopping import StopSignal

# polib alone, beside the product that is loading meanwhile; `manage.py messages compile` for developers.
COMPILE = """
import sys, polib
for path in sys.argv[1:]:
    polib.pofile(path).save_as_mofile(path.removesuffix("po") + "mo")
"""
# How `migrate` ends where no migration helps.
OLDER = 8
OLDER_DATA = (
    "The data was made by an older version of Yipiao, whose tables cannot be changed into today's; nothing was "
    "touched. {fresh} Data of a real installation: start it with the version that made it, and see “Data of "
    "an older version” in docs/operations.md."
)
FRESH = "`bin/up --fresh` throws the demonstration away and makes it anew."
ELSEWHERE = "Name an empty database in DATABASE_URL and DATABASE_OWNER_URL for a new demonstration."


@dataclass
class Manage:
    """Runs `manage.py` with the environment's Python, forked from the loaded product where that can be had."""

    checkout: Checkout
    env: dict[str, str]
    stop_signal: StopSignal
    log: Path
    under_way: list[Child] = field(default_factory=list)  # ended with everything else when we are
    fork: Callable[[Request], Process] | None = None

    def run(self, *words: str, **more_env: str) -> None:
        """One command; `Trouble` with its last words when it fails."""
        self.finish(self.begin(*words, **more_env))

    def begin(self, *words: str, **more_env: str) -> Child:
        """Start a command, to be waited for with `finish`."""
        return self._begin(words[0], ["manage.py", *words], self.fork, **more_env)

    def _begin(
        self,
        name: str,
        words: list[str],
        fork: Callable[[Request], Process] | None = None,
        **more_env: str,
    ) -> Child:
        argv, env = [str(self.checkout.python), *words], {**self.env, **more_env}
        command = Child(name, argv, env, self.checkout.root, self.log, fork=fork)
        self.under_way.append(command)
        command.start()
        return command

    def finish(self, command: Child) -> None:
        """Wait for its end; `Trouble` with its last words when it failed."""
        while command.alive:
            ending = [] if command.ending is None else [command.ending]
            self.stop_signal.check(1.0 if ending else 0.05, ending)
        command.finish()
        self.under_way.remove(command)
        if command.process is None or command.process.returncode == 0:
            return
        raise Trouble(
            f"{' '.join(command.argv[1:3])} failed; its last words "
            f"(all of them in {self.log}):\n{tail(self.log, after=command.log_begins)}",
            command.process.returncode or 0,
        )

    def run_if_there(self, text: str, *words: str, **more_env: str) -> None:
        """As `run`, with a step's line; says so when this clone has no such command."""
        if not self.checkout.has_command(words[0]):
            say(f"  {text}: this clone has no {words[0]} command, left out")
            return
        with step(text):
            self.run(*words, **more_env)

    def prepare_files(self) -> None:
        """Both of the following, one after the other."""
        with self.compiling_messages():
            pass
        with self.collecting_static():
            pass

    @contextmanager
    def compiling_messages(self) -> Iterator[None]:
        """The Chinese catalogue is compiled, if it changed, while what is inside is done."""
        with self._preparing():
            catalogues = sorted(self.checkout.root.glob("locale/*/LC_MESSAGES/*.po"))
            stamp = Stamp(self.checkout.state / "stamp-messages", digest_of_files(catalogues))
            compiled = all(path.with_suffix(".mo").is_file() for path in catalogues)
            if stamp.fresh and compiled:
                yield
                return
            command = self._begin("messages", ["-c", COMPILE, *map(str, catalogues)])
            yield
            self.finish(command)
            stamp.set()

    @contextmanager
    def collecting_static(self) -> Iterator[None]:
        """Static files are collected, if they changed, while what is inside is done."""
        root, state = self.checkout.root, self.checkout.state
        with self._preparing():
            sources = [*(root / "static").rglob("*"), root / "requirements.txt"]
            stamp = Stamp(state / "stamp-static", digest_of_files(sources))
            if stamp.fresh and Path(self.env["STATIC_ROOT"]).is_dir():
                yield
                return
            command = self.begin("collectstatic", "--noinput", "--clear", "-v", "0")
            yield
            self.finish(command)
            stamp.set()

    def _preparing(self) -> AbstractContextManager[None]:
        waiting = "Another start is preparing files; waiting for it …"
        lock = self.checkout.state / "install.lock"
        return locked(lock, waiting=waiting, pause=self.stop_signal.check)

    @contextmanager
    def migrating(self) -> Iterator[None]:
        """The database is brought up to date while what is inside is done. As the owner of the schema;
        the application's role may not change tables."""
        owner = self.env["DATABASE_OWNER_URL"]
        with step("Bringing the database up to date"):
            # bin/check has looked at the code, and that models and migrations agree.
            words = ["migrate", "--noinput", "--skip-checks", "-v", "0"]
            command = self.begin(*words, DATABASE_URL=owner)
            yield
            try:
                self.finish(command)
            except Trouble as no:
                if no.code != OLDER:
                    raise
                fresh = ELSEWHERE if os.environ.get("DATABASE_URL") else FRESH
                raise Trouble(OLDER_DATA.format(fresh=fresh), OLDER) from None
            self.run("grant_app_role", DATABASE_URL=owner)
