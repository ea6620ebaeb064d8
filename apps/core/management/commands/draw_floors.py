"""Draw the floors in docs/architecture.md from .importlinter: `manage.py draw_floors`."""

import re
from argparse import ArgumentParser
from configparser import ConfigParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CONTRACT, PAGE = ".importlinter", "docs/architecture.md"
BETWEEN = re.compile(r"(<!-- floors: [^>]*-->\n).*?(<!-- /floors -->)", re.S)


class Command(BaseCommand):
    help = "Draw the floors in docs/architecture.md from .importlinter."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is current")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        page = root / PAGE
        text = page.read_text()
        wanted = with_picture(text, floors_of((root / CONTRACT).read_text()))
        if options["check"]:
            if text != wanted:
                raise CommandError(f"{PAGE} is not what {CONTRACT} says: manage.py draw_floors")
            return
        page.write_text(wanted)


def floors_of(contract: str) -> list[str]:
    """The layers of the contract "floors", top to bottom: "chat | (hotline)"."""
    parser = ConfigParser()
    parser.read_string(contract)
    layers = parser["importlinter:contract:floors"]["layers"]
    return [line.strip() for line in layers.splitlines() if line.strip()]


def with_picture(page: str, floors: list[str]) -> str:
    """ValueError for a page without the two marks."""
    if not BETWEEN.search(page):
        raise ValueError(f"{PAGE} has no place for the floors")
    return BETWEEN.sub(lambda found: f"{found[1]}{picture(floors)}{found[2]}", page)


def picture(floors: list[str]) -> str:
    """A Mermaid chart: an arrow leads to what a floor may know. One of which no app exists yet is
    dashed."""
    boxes, planned = [], []
    for n, floor in enumerate(floors):
        apps = [app.strip() for app in floor.split("|")]
        if all(app.startswith("(") for app in apps):
            planned.append(f"f{n}")
        boxes.append(f'    f{n}["{" · ".join(apps)}"]')
    arrows = " --> ".join(f"f{n}" for n in range(len(floors)))
    lines = ["```mermaid", "flowchart TB", *boxes, f"    {arrows}"]
    if planned:
        lines += [
            "    classDef planned stroke-dasharray: 4 4",
            f"    class {','.join(planned)} planned",
        ]
    return "\n".join([*lines, "```", ""])
