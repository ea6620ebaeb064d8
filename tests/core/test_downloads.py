"""A private file leaves in one way, whoever hands it out."""

import io
import re
from pathlib import Path

import pytest

from apps.core.downloads import private_file

APPS = Path(__file__).resolve().parent.parent.parent / "apps"
# Sheets that the house itself writes as they are asked for.
OWN = {"complaints/admin/exporting.py"}


@pytest.mark.parametrize("content", [b"<script>", io.BytesIO(b"<script>")], ids=["bytes", "file"])
def test_no_browser_runs_or_keeps_it(content: "bytes | io.BytesIO") -> None:
    answer = private_file(content, name='装箱"单.html')
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_a_picture_of_ours_may_show_and_a_file_without_a_name_is_saved() -> None:
    shown = private_file(b"\xff\xd8", name="a.jpg", content_type="image/jpeg", shows=True)
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Type"] == "image/jpeg"
    assert private_file(b"x", name="")["Content-Disposition"] == "attachment"


def test_no_app_hands_files_out_in_a_way_of_its_own() -> None:
    found = {
        str(path.relative_to(APPS))
        for path in APPS.rglob("*.py")
        if re.search(r"FileResponse\(|\"X-Content-Type-Options\"", path.read_text())
    }
    assert found - OWN == {"core/downloads.py"}
