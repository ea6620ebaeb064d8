"""Which pictures are taken at each door, and whether the words about it are true."""

import io
from pathlib import Path

import pytest
from PIL import Image

from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.attachments import clean_file
from apps.core.files.pictures import FORMATS, clean_photo

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64
AVIF = HEIC.replace(b"ftypheic", b"ftypavif")


def drawn(kind: str, frames: int = 1) -> bytes:
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")[:frames]]
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_each_kind_that_is_named_is_taken_everywhere(kind: str) -> None:
    content = drawn(kind)
    assert clean_photo(io.BytesIO(content)).content.startswith(b"\xff\xd8\xff")
    assert clean_file(NewFile(content, "p.bin")).is_picture
    assert clean_file(NewFile(content, "p.bin"), only_pictures=True).name == "p.jpg"


def test_of_a_moving_picture_the_first_is_kept() -> None:
    clean = clean_photo(io.BytesIO(drawn("GIF", frames=2)))
    with Image.open(io.BytesIO(clean.content)) as image:
        red, _green, blue = image.convert("RGB").getpixel((4, 4))  # type: ignore[misc]  # a pixel
    assert red > 200 > blue


@pytest.mark.parametrize("content", [HEIC, AVIF])
def test_a_phones_own_kind_is_refused_in_true_words(content: bytes) -> None:
    for work in (
        lambda: clean_photo(io.BytesIO(content)),
        lambda: clean_file(NewFile(content, "IMG_1.HEIC")),
        lambda: clean_file(NewFile(content, "IMG_1.HEIC"), only_pictures=True),
    ):
        with pytest.raises(BadInput) as refused:
            work()
        assert "HEIC" in str(refused.value) and "JPEG" in str(refused.value)
        assert refused.value.code == "file_kind"


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"PK\x03\x04docx", b"plain", b"\x00\x01"])
def test_a_door_for_photos_promises_nothing_else(content: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        clean_file(NewFile(content, "x.pdf"), only_pictures=True)
    assert not {"PDF", "Word", "Excel"} & set(str(refused.value).split("“x.pdf”")[-1].split())


def test_the_forms_offer_what_is_taken() -> None:
    offers = [
        line
        for path in TEMPLATES.rglob("*.html")
        for line in path.read_text().splitlines()
        if "accept=" in line and "image/webp" in line
    ]
    assert len(offers) >= 4
    assert all("image/gif" in line and "heic" not in line for line in offers)
