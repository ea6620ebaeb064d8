"""Servers that the environment names: asked before anything relies on them, so that what is wrong
is said in words."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from launch.say import Trouble

# The product's own libraries know how to ask; the launcher has none.
ASK_DATABASE = """
import os, psycopg2
try:
    psycopg2.connect(os.environ["ASKED_URL"], connect_timeout=5).close()
except psycopg2.Error as no:
    raise SystemExit(f"{no}")
"""
ASK_BROKER = """
import os, redis
try:
    redis.Redis.from_url(os.environ["ASKED_URL"], socket_timeout=5, socket_connect_timeout=5).ping()
except (redis.RedisError, OSError, ValueError) as no:
    raise SystemExit(f"{type(no).__name__} {no}")
"""
# Several addresses may stand behind one name, and each is waited for.
PATIENCE = 30.0
# What the libraries say, and what it means; the first that fits.
MEANINGS = (
    (
        r"translate host name|Name or service|name resolution|nodename nor",
        "No machine is known by the name {host}.",
    ),
    (
        r"Connection refused",
        "Nothing takes connections at {host}, port {port}. Is the server running, and does it listen there?",
    ),
    (
        r"timeout expired|timed out|Timeout",
        "{host}, port {port}, does not answer as it should. Is the address right, does a firewall let it through?",
    ),
    (
        r"password authentication failed|no password supplied|role .* does not exist|"
        r"AuthenticationError|NOAUTH|WRONGPASS",
        "It refuses the user or the password.",
    ),
    (
        r"database .* does not exist",
        "It has no database named {name}. deploy/roles.sql makes it, with both roles (docs/operations.md).",
    ),
    (r"pg_hba\.conf", "Its pg_hba.conf does not let this user in from here."),
    (r"permission denied for database", "This user may not connect to the database {name}."),
    (r"DB index is out of range|invalid DB index", "It has no database number {name}."),
    (
        r"invalid response|received invalid|closed the connection|Connection closed|InvalidResponse|"
        r"Protocol Error|server sent an error response during SSL",
        "What answers at {host}, port {port}, is another kind of server.",
    ),
)


def check_database(variable: str, url: str, python: Path) -> None:
    """`Trouble` when that variable's address leads to no database one can sign in to."""
    wanted = "postgresql://user:password@host:5432/database"
    parts = _parts(variable, url, ("postgresql", "postgres"), wanted)
    if not parts.path.strip("/"):
        raise Trouble(f"{variable} names no database. It has to look like {wanted}")
    _ask(variable, parts, url, ASK_DATABASE, python, 5432)


def check_broker(variable: str, url: str, python: Path) -> None:
    """`Trouble` when that variable's address leads to no Redis or Valkey that answers."""
    wanted = "redis://:password@host:6379/0"
    parts = _parts(variable, url, ("redis", "rediss"), wanted)
    name = parts.path.strip("/")
    if name and not name.isdigit():
        raise Trouble(f"{variable} ends in {name!r}; it has to be a number: {wanted}")
    _ask(variable, parts, url, ASK_BROKER, python, 6379)


def _parts(variable: str, url: str, schemes: tuple[str, ...], wanted: str) -> SplitResult:
    """Never shown whole: the password is in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Trouble(
            f"{variable} is no address: its port has to be a number. It has to look like {wanted}"
        ) from None
    if parts.scheme not in schemes:
        reason = f"begins with {parts.scheme}://" if parts.scheme else "is no address"
        raise Trouble(f"{variable} {reason}. It has to look like {wanted}")
    if not parts.hostname or port == 0:
        raise Trouble(f"{variable} names no server. It has to look like {wanted}")
    return parts


def _ask(
    variable: str, parts: SplitResult, url: str, question: str, python: Path, default: int
) -> None:
    try:
        asked = subprocess.run(
            [str(python), "-c", question],
            env={**os.environ, "ASKED_URL": url},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = "timed out"
    else:
        if asked.returncode == 0:
            return
        reason = asked.stderr.strip()
    where = f"{parts.username}@" if parts.username else ""
    where += f"{parts.hostname}:{parts.port or default}{parts.path}"
    raise Trouble(
        f"{variable} ({where}) cannot be used. {meaning(reason, parts, default)}\n"
        f"Set {variable} right, or leave it out: then one of our own is started."
    )


def meaning(reason: str, parts: SplitResult, default: int) -> str:
    """In plain words what the library said; its own last line where we know none."""
    known = {
        "host": parts.hostname,
        "port": parts.port or default,
        "name": unquote(parts.path.strip("/")),
    }
    for pattern, words in MEANINGS:
        if re.search(pattern, reason):
            return words.format(**known)
    lines = reason.splitlines() or ["It does not say why."]
    return f"It says: {lines[-1]}"
