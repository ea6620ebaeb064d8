"""Files chosen before a check that failed need not be chosen again (CMP-1)."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.backoffice.models import HeldFile
from apps.complaints.models import Case, CaseFile
from tests.factories.accounts import sign_in
from tests.factories.complaints import PHONE, Team, case
from tests.factories.customers import png
from tests.full_disk import small_disk

pytestmark = pytest.mark.django_db
INTAKE = "admin:complaints_case_intake"
TYPED = {
    "contact_phone": PHONE,
    "contact_name": "王小明",
    "case_class": "complaint",
    "channel": "phone",
    "language": "zh-hans",
}


@pytest.fixture
def team(client: Client) -> Team:
    made = Team()
    sign_in(client, made.agent)
    return made


def photo(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png(), content_type="image/png")


def keys(answer: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}-kept" value="([0-9a-f]{{32}})"', answer.content.decode())


@pytest.mark.requirement("CMP-1")
def test_taking_a_case_down(client: Client, team: Team) -> None:
    form = {**TYPED, "draft_key": str(uuid4()), "description": ""}
    refused = client.post(reverse(INTAKE), {**form, "files": [photo("a.png"), photo("b.png")]})
    assert refused.status_code == 200
    kept = keys(refused, "files")
    assert len(kept) == HeldFile.objects.count() == 2
    assert "a.jpg" in refused.content.decode()

    again = client.post(reverse(INTAKE), {**form, "files-kept": kept, "files-drop": kept[1:]})
    assert keys(again, "files") == kept[:1], "kept once more, without what was left out"

    done = client.post(
        reverse(INTAKE),
        {**form, "description": "箱子破了", "files-kept": kept[:1], "files": photo("c.png")},
    )
    assert done.status_code == 302, done.context["form"].errors
    assert sorted(file.name for file in CaseFile.objects.all()) == ["a.jpg", "c.jpg"]
    assert not HeldFile.objects.filter(key=kept[0]).exists()


def test_answering_a_case(client: Client, team: Team) -> None:
    made = case(team=team, contact_email="wang@example.com")
    address = reverse("admin:complaints_case_act", args=[made.number, "note"])
    refused = client.post(address, {"note-text": "", "note-files": photo("a.png"), "seen": "0"})
    kept = keys(refused, "note-files")
    assert len(kept) == 1
    done = client.post(address, {"note-text": "见图", "note-files-kept": kept, "seen": "0"})
    assert done.status_code == 302
    assert [file.name for file in CaseFile.objects.filter(entry__case=made)] == ["a.jpg"]


def test_what_is_not_accepted_is_not_kept_and_a_made_up_key_is_nothing(
    client: Client, team: Team
) -> None:
    form = {**TYPED, "draft_key": str(uuid4()), "description": ""}
    bad = SimpleUploadedFile("run.exe", b"MZ\x00\x01")
    refused = client.post(
        reverse(INTAKE), {**form, "files": bad, "files-kept": ["x", str(uuid4().hex)]}
    )
    assert keys(refused, "files") == []
    assert not Case.objects.exists() and not HeldFile.objects.exists()


def test_a_colleague_gets_none_of_them(client: Client, team: Team) -> None:
    form = {**TYPED, "draft_key": str(uuid4()), "description": ""}
    kept = keys(client.post(reverse(INTAKE), {**form, "files": photo("a.png")}), "files")
    assert HeldFile.objects.get().owner == team.agent
    sign_in(client, team.director)
    assert keys(client.post(reverse(INTAKE), {**form, "files-kept": kept}), "files") == []
    assert HeldFile.objects.filter(key=kept[0]).exists()


@pytest.mark.parametrize("add_to", [False, True])
def test_a_full_disk_says_which_to_choose_again(
    client: Client, team: Team, settings: Any, tmp_path: Path, add_to: bool
) -> None:
    form = {**TYPED, "draft_key": str(uuid4()), "description": "", "contact_name": "王小明"}
    if add_to:
        form["add_to"] = case(team=team).number
    with small_disk(tmp_path / "media") as disk:
        settings.MEDIA_ROOT = disk.root
        disk.fill()
        refused = client.post(reverse(INTAKE), {**form, "files": [photo("a.png"), photo("b.png")]})
        shown = refused.content.decode()
        assert refused.status_code == 200 and "请重新选择这些文件：a.png、b.png" in shown
        assert "王小明" in shown and not HeldFile.objects.exists() and disk.files == []
