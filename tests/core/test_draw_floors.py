"""The picture of the floors in docs/architecture.md is drawn from the contract that is enforced."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installation
from django.core.management import CommandError, call_command

from apps.core.management.commands.draw_floors import floors_of, picture, with_picture

CONTRACT = """
[importlinter]
root_packages =
    apps

[importlinter:contract:floors]
name = An app imports only from the floors below
type = layers
containers =
    apps
layers =
    desk | portal
    (reports)
    chat | (hotline)
    core
"""
PAGE = "# House\n\n<!-- floors: drawn -->\nold\n<!-- /floors -->\n\nText.\n"


def test_the_layers_of_the_contract_are_read_top_to_bottom() -> None:
    assert floors_of(CONTRACT) == ["desk | portal", "(reports)", "chat | (hotline)", "core"]


def test_each_floor_is_a_box_and_what_is_to_come_is_dashed() -> None:
    drawn = picture(floors_of(CONTRACT))
    assert 'f0["desk · portal"]' in drawn
    assert "f0 --> f1 --> f2 --> f3" in drawn
    assert "class f1 planned" in drawn
    assert "classDef" not in picture(["desk", "core"])


def test_only_what_stands_between_the_marks_is_drawn_anew() -> None:
    page = with_picture(PAGE, ["desk", "core"])
    assert page.startswith("# House\n\n<!-- floors: drawn -->\n```mermaid\n")
    assert page.endswith("```\n<!-- /floors -->\n\nText.\n")
    assert "old" not in page
    assert with_picture(page, ["desk", "core"]) == page
    with pytest.raises(ValueError, match="no place"):
        with_picture("# House\n", ["core"])


def test_a_page_that_is_not_current_is_told_of_and_drawn(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(Path(installation.BASE_DIR) / ".importlinter", tmp_path)
    page = tmp_path / "docs" / "architecture.md"
    page.write_text(PAGE)
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="draw_floors"):
        call_command("draw_floors", "--check")
    call_command("draw_floors")
    assert "core" in page.read_text()
    call_command("draw_floors", "--check")
