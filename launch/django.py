"""`manage.py` commands as steps of a start; each runs in the product's own environment."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from launch.checkout import Checkout
from launch.locks import locked
from launch.say import Trouble, say, step
from launch.stamps import Stamp, digest_of_files
from launch.stopping import StopSignal

# Several commands in one process: loading the product takes longer than a command with nothing to do.
SEVERAL = """
import json, sys, django
from django.core.management import CommandError, call_command
django.setup()
try:
    for words in json.loads(sys.argv[1]):
        call_command(*words)
except CommandError as refusal:
    print(refusal, file=sys.stderr)
    sys.exit(refusal.returncode)
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
    """Runs `manage.py` with the environment's Python."""

    checkout: Checkout
    env: dict[str, str]
    stop_signal: StopSignal
    log: Path

    def run(self, *words: str, **more_env: str) -> None:
        """One command; `Trouble` with its last words when it fails."""
        argv = [str(self.checkout.python), "manage.py", *words]
        env = {**self.env, **more_env}
        self.stop_signal.run(argv, env=env, cwd=self.checkout.root, log=self.log)

    def run_if_there(self, text: str, *words: str, **more_env: str) -> None:
        """As `run`, with a step's line; says so when this clone has no such command."""
        if not self.checkout.has_command(words[0]):
            say(f"  {text}: this clone has no {words[0]} command, left out")
            return
        with step(text):
            self.run(*words, **more_env)

    def prepare_files(self) -> None:
        """Compile the Chinese catalogue and collect static files, when they changed."""
        root, state = self.checkout.root, self.checkout.state
        waiting = "Another start is preparing files; waiting for it …"
        with locked(state / "install.lock", waiting=waiting, pause=self.stop_signal.check):
            catalogues = sorted(root.glob("locale/*/LC_MESSAGES/*.po"))
            words = Stamp(state / "stamp-messages", digest_of_files(catalogues))
            compiled = all(path.with_suffix(".mo").is_file() for path in catalogues)
            if not (words.fresh and compiled):
                self.run_if_there("Compiling translations", "messages", "compile")
                words.set()
            sources = [*(root / "static").rglob("*"), root / "requirements.txt"]
            static = Stamp(state / "stamp-static", digest_of_files(sources))
            if not (static.fresh and Path(self.env["STATIC_ROOT"]).is_dir()):
                with step("Collecting static files"):
                    self.run("collectstatic", "--noinput", "--clear", "-v", "0")
                static.set()

    def migrate(self) -> None:
        """As the owner of the schema; the application's role may not change tables."""
        owner = self.env["DATABASE_OWNER_URL"]
        with step("Bringing the database up to date"):
            words = [["migrate", "--noinput"], ["grant_app_role"]]
            argv = [str(self.checkout.python), "-c", SEVERAL, json.dumps(words)]
            env = {**self.env, "DATABASE_URL": owner}
            try:
                self.stop_signal.run(argv, env=env, cwd=self.checkout.root, log=self.log)
            except Trouble as no:
                if no.code != OLDER:
                    raise
                fresh = ELSEWHERE if os.environ.get("DATABASE_URL") else FRESH
                raise Trouble(OLDER_DATA.format(fresh=fresh), OLDER) from None
