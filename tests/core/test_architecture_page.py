"""docs/architecture.md names floors and files that are there."""

import re
from pathlib import Path

from apps.core.management.commands.draw_floors import floors_of

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/architecture.md").read_text()
MOST_MODULES = 45


def test_each_app_stands_in_the_table_at_the_number_of_its_floor() -> None:
    floors = floors_of((ROOT / ".importlinter").read_text())
    wanted = {
        app.strip(): len(floors) - 1 - n
        for n, floor in enumerate(floors)
        for app in floor.split("|")
    }
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", PAGE, re.M)
    assert {app: int(n) for n, apps in rows for app in re.findall(r"`(\w+)`", apps)} == wanted


def test_the_act_to_follow_goes_through_files_that_are_there() -> None:
    table = PAGE.partition("## Follow one act")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w/]+\.(?:py|json|html|txt))`(?:[^`|]*?, `(\w+)`)?", table)
    folder = "apps/notifications/services"
    modules = set()
    for path, function in named:
        files = [ROOT / path, ROOT / "apps" / path, ROOT / folder / path]
        file = next((one for one in files if one.is_file()), None)
        assert file is not None, path
        assert not function or function in file.read_text(), (path, function)
        if file.suffix == ".py":
            modules.add(file)
    assert 30 <= len(modules) <= MOST_MODULES
