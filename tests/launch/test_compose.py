"""docker-compose.yml without containers: its shape, and the very commands it would run."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from apps.portal.photos import MOST as MOST_PHOTOS
from launch.checking import NO_DATABASE, PRODUCTION_LIKE
from launch.checkout import Checkout
from launch.ports import free_port
from tests.launch.databases import owner_url
from tests.waiting import LIMIT

ROOT = Checkout.here().root
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat", "standby", "streams")
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
    """Names without a value are handed through from outside, where the tests set none."""
    given = SERVICES[service]["environment"].items()
    return {name: filled(text) for name, text in given if text is not None}


def command(service: str) -> list[str]:
    return [filled(word) for word in SERVICES[service]["command"]]


def here(service: str, **changed: str) -> dict[str, str]:
    """The service's environment on this machine: same settings, servers of the test run."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    local = {"PATH": path, "PYTHONPATH": str(ROOT)}
    return {**environment(service), **local, **changed}


def run(argv: list[str], env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=2 * LIMIT, check=False
    )


def test_it_has_the_services_of_production() -> None:
    assert set(SERVICES) == {"postgres", "redis", *OURS, "nginx"}
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
    for name in set(OURS) - {"beat"}:
        assert "media:/srv/media" in SERVICES[name]["volumes"]
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file()


def test_the_application_waits_for_the_migration() -> None:
    for name in OURS[1:]:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["restart"] == "no"


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, text in service.get("environment", {}).items():
            if text is not None and re.search(r"SECRET|PASSWORD|KEY|AUTH|_URL", name):
                assert re.search(r"\$\{\w+:\?", str(text)), f"{name} must come from outside"


def test_every_setting_reaches_the_containers() -> None:
    """All but those that the image sets, or that are for one machine without containers, as the
    demonstration's mailbox is."""
    elsewhere = {
        "DEMO_MAILBOX",
        "DEBUG",
        "TEST_DATABASE_NAME",
        "STATIC_ROOT",
        "STATICFILES_BACKEND",
        "MEDIA_ROOT",
        "SEALS_DIR",
    }
    files = sorted((ROOT / "config").glob("settings*.py"))
    source = "".join(file.read_text() for file in files)
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_0-9]+)"', source))
    for name in OURS:
        assert read - elsewhere - SERVICES[name]["environment"].keys() == set()


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
def test_their_environments_are_fit_for_production() -> None:
    # Most are given the same one, and a look takes seconds.
    different = {str(sorted(environment(name).items())): name for name in OURS}
    assert len(different) == 3, "the migration as the owner, the web, and those behind it"
    words = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    for name in different.values():
        done = run(["python", "-W", NO_DATABASE, *words], here(name))
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
    broker = re.sub(r"/(\d+)$", lambda found: f"/{int(found[1]) + 8}", settings.REDIS_URL)
    env = here(name, DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL=broker)
    argv = [word.replace("/srv/beat", str(tmp_path)) for word in command(name)]
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + LIMIT
        while sign not in log.read_text() and server.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert sign in log.read_text(), log.read_text()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(LIMIT)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["standby", "streams"])
def test_standby_and_streams_run_and_are_seen_to_run(name: str, tmp_path: Path) -> None:
    port = str(free_port())
    env = here(name, DATABASE_URL=owner_url(), REDIS_URL="redis://127.0.0.1:9/0")

    def ours(words: list[str]) -> list[str]:
        return [filled(word).replace("8001", port) for word in words]

    asked = ours(SERVICES[name]["healthcheck"]["test"])
    assert asked.pop(0) == "CMD"
    assert run(asked, env).returncode != 0
    log = tmp_path / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(ours(command(name)), cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + LIMIT
        while run(asked, env).returncode != 0:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(LIMIT) in (0, -signal.SIGTERM)


NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def location_of(path: str) -> str:
    """What nginx does for a path: patterns in order, else the longest beginning."""
    found = re.findall(r"^    location (?:(~) )?(/\S*|\^\S+) \{(.*?)^    \}", NGINX, re.M | re.S)
    for is_pattern, text, body in found:
        if is_pattern and re.search(text, path):
            return str(body)
    fitting = [(text, body) for sign, text, body in found if not sign and path.startswith(text)]
    return str(max(fitting, key=lambda one: len(one[0]))[1])


def test_nginx_hands_live_updates_to_their_own_process() -> None:
    stream = location_of("/api/v1/waybills/YP123/stream")
    assert "http://streams" in stream
    assert "proxy_buffering off" in stream
    for path in ("/api/v1/waybills/YP123", "/api/v1/waybills/YP123/stream/", "/", "/admin/"):
        assert "http://web" in location_of(path)


def test_nginx_does_not_slow_down_providers_and_partners() -> None:
    machines = ["inquiries:wechat", "inquiries:sms", "inquiries:voice", "inquiries:kuaidi100_poll"]
    machines += ["inquiries:kuaidi100_query", "inquiries:kuaidi100_courier"]
    machines += [f"notifications:{name}_presses" for name in ("wecom", "dingtalk", "feishu")]
    paths = [*map(reverse, machines), reverse("notifications:sms_receipts", args=["secret"])]
    for path in paths:
        assert "limit_req" not in location_of(path)
        assert "http://web" in location_of(path)
    for path in ("/", "/pollution", "/hooks", "/notify/follow/YP1"):
        assert "zone=pages" in location_of(path)


@pytest.mark.requirement("TRK-10")
def test_nginx_writes_down_no_address_that_is_a_secret() -> None:
    names = ["case", "case_write", "case_withdraw", "rate", "stop", "digest", "confirm", "followed"]
    secrets = [reverse(f"portal:{name}", args=["secret"]) for name in names]
    secrets += ["/report", reverse("notifications:sms_receipts", args=["secret"])]
    secrets.append(reverse("portal:case_file", args=["secret", uuid4()]))
    for path in secrets:
        assert "access_log off" in location_of(path), path


def test_nginx_lets_the_photos_of_a_form_through() -> None:
    def most(path: str) -> int:
        whole = re.search(r"client_max_body_size (\d+)m", location_of(path) or "")
        default = re.search(r"^    client_max_body_size (\d+)m", NGINX, re.M)
        found = whole or default
        assert found
        return int(found[1]) * 1024 * 1024

    forms = ["/report", "/case/t/messages", "/chat/message", "/chat/say", "/chat/later"]
    for path in [*forms, "/admin/complaints/case/1/change/"]:
        assert most(path) > MOST_PHOTOS * settings.UPLOAD_MAX_BYTES, path
        assert "zone=pages" in location_of(path)
    assert most("/api/v1/cases") > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert "zone=sign_in" in location_of("/admin/login/")


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
