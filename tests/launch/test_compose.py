"""docker-compose.yml without containers: its shape, and the very commands it would run."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from launch.checking import NO_DATABASE, PRODUCTION_LIKE
from launch.checkout import Checkout

ROOT = Checkout.here().root
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
GIVEN = {
    **{name: PRODUCTION_LIKE[name] for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY")},
    "ALLOWED_HOSTS": "yipiao.example",
    "CSRF_TRUSTED_ORIGINS": "https://yipiao.example",
    "POSTGRES_PASSWORD": "super",
    "OWNER_PASSWORD": "owner",
    "APP_PASSWORD": "app",
    "REDIS_PASSWORD": "redis",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: object) -> str:
    """The value with its variables, as compose fills them in."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name in GIVEN:
            return GIVEN[name]
        assert kind == "-", f"{name} must be given but the tests give none"
        return str(rest)

    return VARIABLE.sub(value, str(text)).replace("$$", "$")


def environment(service: str) -> dict[str, str]:
    return {name: filled(text) for name, text in SERVICES[service]["environment"].items()}


def command(service: str) -> list[str]:
    return [filled(word) for word in SERVICES[service]["command"]]


def here(service: str, **changed: str) -> dict[str, str]:
    """The service's environment on this machine: same settings, servers of the test run."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    local = {"PATH": path, "PYTHONPATH": str(ROOT)}
    return {**environment(service), **local, **changed}


def run(argv: list[str], env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_has_the_services_of_production() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "nginx"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert "--appendonly yes" in SERVICES["redis"]["command"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_each_server_restarts_and_is_watched(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


def test_only_nginx_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_data_is_on_named_volumes() -> None:
    assert "database:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert "queue:/data" in SERVICES["redis"]["volumes"]
    for name in OURS[:3]:
        assert "media:/srv/media" in SERVICES[name]["volumes"]
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file()


def test_the_application_waits_for_the_migration() -> None:
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["restart"] == "no"


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, text in service.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|KEY|AUTH|_URL", name):
                assert re.search(r"\$\{\w+:\?", str(text)), f"{name} must come from outside"


def test_only_the_migration_connects_as_the_owner() -> None:
    users = {name: environment(name)["DATABASE_URL"].split("//")[1].split(":")[0] for name in OURS}
    assert users.pop("migrate") == "yipiao_owner"
    assert set(users.values()) == {"yipiao_app"}


def test_the_database_script_is_the_one_that_the_launcher_runs() -> None:
    mounted = SERVICES["postgres"]["volumes"][1].split(":")
    assert mounted[:2] == ["./deploy/roles.sql", "/docker-entrypoint-initdb.d/roles.sql"]
    script = (ROOT / "deploy" / "roles.sql").read_text()
    wanted = set(re.findall(r"^\\getenv \w+ (\w+)$", script, re.MULTILINE))
    assert wanted <= SERVICES["postgres"]["environment"].keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_its_environment_is_fit_for_production(name: str) -> None:
    argv = [
        "python",
        "-W",
        NO_DATABASE,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
    ]
    done = run(argv, here(name))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_web_command_loads_the_application() -> None:
    done = run([*command("web"), "--check-config"], here("web"))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_migration_s_commands_are_there() -> None:
    shell = command("migrate")[-1]
    for words in (part.split() for part in shell.split(" && ")):
        done = run([*words[:3], "--help"], here("migrate"))
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sign"), [("worker", "ready."), ("beat", "beat: Starting")])
def test_worker_and_beat_start_against_the_test_broker(
    name: str, sign: str, tmp_path: Path
) -> None:
    # Another database number, so that no task of another test is taken.
    broker = re.sub(r"/\d+$", "/9", os.environ["REDIS_URL"])
    env = here(name, DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL=broker)
    argv = [word.replace("/srv/beat", str(tmp_path)) for word in command(name)]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60
        while sign not in log.read_text() and server.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert sign in log.read_text(), log.read_text()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def test_the_image_builds_with_the_words_it_gives() -> None:
    """The build's stand-ins are enough for the two commands it runs."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    given = dict(
        re.findall(r"\b([A-Z_]+)=([^\s\\]+)", dockerfile.split("RUN export")[1].split("&&")[0])
    )
    assert given.keys() == {
        "SECRET_KEY",
        "FIELD_KEYS",
        "BLIND_INDEX_KEY",
        "DATABASE_URL",
        "REDIS_URL",
    }
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given}
    done = run(
        [sys.executable, "manage.py", "collectstatic", "--dry-run", "--noinput", "-v", "0"], env
    )
    assert done.returncode == 0, done.stderr
