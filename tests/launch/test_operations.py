"""docs/operations.md tells every setting, and names what is there."""

import re

from launch.checkout import Checkout

ROOT = Checkout.here().root
MANUAL = (ROOT / "docs" / "operations.md").read_text()


def test_every_setting_is_in_the_table() -> None:
    sources = (ROOT / "config" / "settings.py").read_text() + (
        ROOT / "config" / "gunicorn.py"
    ).read_text()
    read = set(re.findall(r'(?:env(?:\.\w+)?|environ\.get)\(\s*"([A-Z_0-9]+)"', sources))
    rows = re.findall(r"^\| (`.*?`) \|", MANUAL, re.MULTILINE)
    reported = {name for row in rows for name in re.findall(r"`([A-Z_0-9]+)`", row)}
    assert len(read) > 20
    assert read - reported == set()


def test_files_that_it_names_are_there() -> None:
    for name in set(re.findall(r"\b((?:deploy|config|docs|bin)/[\w.-]+)", MANUAL)):
        assert (ROOT / name).is_file(), name


def test_commands_that_it_names_are_there() -> None:
    builtin = {"migrate", "check", "createsuperuser"}
    for name in set(re.findall(r"manage\.py (\w+)", MANUAL)) - builtin:
        assert Checkout(ROOT).has_command(name), name
