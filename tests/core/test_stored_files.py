"""What is stored is encrypted, bound to its name, and proved whole before anybody reads it."""

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import call_command

from apps.core.crypto import TAG_BYTES
from apps.core.storage import KEPT_IN_MEMORY, DamagedFile

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "key-2:" + base64.b64encode(b"2" * 32).decode()
WORDS = "收件人 张三 13800001234".encode()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.FIELD_KEYS = OLD
    return tmp_path


def read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, KEPT_IN_MEMORY + 1])
def test_what_was_stored_comes_back_and_cannot_be_read_on_the_disk(folder: Path, size: int) -> None:
    content = (WORDS * (size // len(WORDS) + 1))[:size]
    name = default_storage.save("a/b.bin", ContentFile(content))
    assert (read(name), default_storage.size(name)) == (content, size)
    on_disk = (folder / name).read_bytes()
    assert WORDS[:16] not in on_disk
    assert on_disk != (folder / default_storage.save("c.bin", ContentFile(content))).read_bytes()


def test_an_upload_that_lies_on_the_disk_is_encrypted_too(folder: Path) -> None:
    upload = TemporaryUploadedFile("x.csv", "text/csv", len(WORDS), None)
    upload.write(WORDS)
    upload.seek(0)
    name = default_storage.save("x.bin", upload)
    assert WORDS not in (folder / name).read_bytes()
    assert read(name) == WORDS


def test_a_file_that_was_touched_is_no_file(folder: Path) -> None:
    name = default_storage.save("a.bin", ContentFile(WORDS * 5_000))
    path = folder / name
    stored = path.read_bytes()
    for at in (0, 4, 6, 20, 70_000, len(stored) - TAG_BYTES, len(stored) - 1):
        path.write_bytes(stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :])
        with pytest.raises((DamagedFile, ImproperlyConfigured)):
            read(name)
    for touched in (b"", stored[:3], stored[:20], stored[:-1], stored + b"x", WORDS):
        path.write_bytes(touched)
        with pytest.raises(DamagedFile):
            read(name)
    path.write_bytes(stored)
    assert read(name) == WORDS * 5_000


def test_no_file_takes_the_place_of_another(folder: Path) -> None:
    mine = default_storage.save("mine.bin", ContentFile(b"1"))
    other = default_storage.save("other.bin", ContentFile(b"2"))
    (folder / mine).write_bytes((folder / other).read_bytes())
    with pytest.raises(DamagedFile):
        read(mine)


@pytest.mark.django_db
def test_files_move_to_the_newest_key(folder: Path, settings: Any, capsys: Any) -> None:
    names = [default_storage.save(f"{n}/a.bin", ContentFile(WORDS)) for n in range(3)]
    (folder / "stray.txt").write_bytes(b"not ours")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    call_command("rotate_field_keys")
    output = capsys.readouterr()
    assert "stored files: 3 re-encrypted" in output.out
    assert "stray.txt" in output.err
    settings.FIELD_KEYS = NEW
    assert [read(name) for name in names] == [WORDS] * 3
    call_command("rotate_field_keys")
    assert "stored files: 0 re-encrypted" in capsys.readouterr().out
    assert not list(folder.rglob("*.part"))


def test_a_file_under_a_key_that_is_gone_says_so(settings: Any) -> None:
    name = default_storage.save("a.bin", ContentFile(WORDS))
    settings.FIELD_KEYS = NEW
    with pytest.raises(ImproperlyConfigured, match="k1"):
        read(name)
