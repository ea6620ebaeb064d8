"""ORD-2: letters and contracts on file: what is accepted, kept privately, and never false."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from apps.core.errors import BadInput, RuleBroken
from apps.core.files.scans import check_document, tidy_name
from apps.customers import services
from apps.customers.models import Contract, DangerousGoodsLetter
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.customers import (
    PDF,
    ContractFactory,
    CustomerFactory,
    LetterFactory,
    days,
    png,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("ORD-2")]


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return out.getvalue()


def file_letter(
    content: bytes = PDF, name: str = "函.pdf", **changes: object
) -> DangerousGoodsLetter:
    values: dict[str, object] = {
        "signer": "王小明",
        "signed_on": days(0),
        "valid_until": days(365),
        **changes,
    }
    return services.file_letter(
        CustomerFactory(),
        file=io.BytesIO(content),
        filename=name,
        by=UserFactory(),
        at=timezone.now(),
        **values,  # type: ignore[arg-type]  # what the test changes is the point
    )


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "函.pdf", "application/pdf"),
        (png(), "photo.png", "image/png"),
        (jpeg(), "photo.exe", "image/jpeg"),
    ],
)
def test_the_content_decides_what_a_file_is(content: bytes, name: str, kind: str) -> None:
    letter = file_letter(content, name)
    assert letter.content_type == kind
    assert letter.size == len(content)
    assert letter.file_name == name
    with default_storage.open(letter.file.name) as stored:
        assert stored.read() == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"<script>alert(1)</script>", "file_kind"),
        (b"MZ\x90\x00" + b"\x00" * 100, "file_kind"),
        (b"PK\x03\x04rest", "file_kind"),
        (PDF[:20], "file_broken"),
        (b"\xff\xd8\xff\xe0 not a picture", "file_broken"),
        (png()[:30], "file_broken"),
        (b"GIF89a" + b"\x00" * 40, "file_kind"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        file_letter(content)
    assert caught.value.code == code
    assert caught.value.field == "file"
    assert not DangerousGoodsLetter.objects.exists()
    assert not list(Path(django_settings.MEDIA_ROOT).rglob("*.*"))


def test_too_large_a_file_is_refused_before_it_is_read_whole(settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024  # type: ignore[attr-defined]  # pytest-django's fixture

    class Endless(io.BytesIO):
        asked = 0

        def read(self, size: int | None = -1) -> bytes:
            self.asked = size or -1
            return super().read(size)

    file = Endless(PDF + b"0" * (1024 * 1024))
    with pytest.raises(BadInput) as caught:
        check_document(file, filename="x.pdf")
    assert caught.value.code == "file_too_large"
    assert file.asked == 1024 * 1024 + 1


def test_names_of_any_system_are_kept_short_and_printable() -> None:
    assert tidy_name("C:\\扫描\\函.pdf") == "函.pdf"
    assert tidy_name("../../etc/passwd") == "passwd"
    assert tidy_name("a\x00\nb.pdf") == "ab.pdf"
    assert len(tidy_name("长" * 500 + ".pdf")) == 160
    assert tidy_name("") == "scan"


def test_the_stored_name_tells_nothing() -> None:
    name = file_letter().file.name
    assert "函" not in name
    assert len(Path(name).stem) == 32


def test_refused_values_leave_no_file_behind() -> None:
    for changes in ({"signer": " "}, {"valid_until": days(-1)}, {"signed_on": days(1)}):
        with pytest.raises(BadInput):
            file_letter(**changes)
    assert not list(Path(django_settings.MEDIA_ROOT).rglob("*.*"))


def test_a_letter_is_withdrawn_once_with_a_reason() -> None:
    letter, who = LetterFactory(), UserFactory()
    services.withdraw_letter(letter, reason="签字人已离职", by=who, at=timezone.now())
    with pytest.raises(RuleBroken, match=r".+"):
        services.withdraw_letter(letter, reason="再来一次", by=who, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        DangerousGoodsLetter.objects.update(withdrawn_by=None)


def contract(customer: object, first: date, last: date | None, number: str = "HT1") -> Contract:
    return services.add_contract(
        customer,  # type: ignore[arg-type]  # a customer
        {"number": number, "valid_from": first, "valid_to": last, "price_reference": "标准价"},
        file=io.BytesIO(PDF),
        filename="合同.pdf",
        by=UserFactory(),
        at=timezone.now(),
    )


@pytest.mark.requirement("ORD-3")
def test_contracts_of_a_customer_never_overlap() -> None:
    customer = CustomerFactory()
    first = contract(customer, days(0), days(10))
    for start, end in ((days(10), None), (days(-5), days(0)), (days(3), days(4)), (days(-9), None)):
        with pytest.raises(BadInput) as caught:
            contract(customer, start, end, "HT2")
        assert caught.value.code == "contract_overlaps"
    contract(customer, days(11), None, "HT3")
    contract(CustomerFactory(), days(0), None, "HT4")
    with pytest.raises(BadInput):
        services.end_contract(first, last_day=days(11), by=UserFactory(), at=timezone.now())
    services.end_contract(first, last_day=days(5), by=UserFactory(), at=timezone.now())


@pytest.mark.requirement("ORD-3")
def test_the_database_itself_refuses_what_must_never_be() -> None:
    contract = ContractFactory()
    for wrong in (
        {"customer": contract.customer},
        {"valid_from": days(0), "valid_to": days(-1)},
        {"price_reference": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContractFactory(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterFactory(signed_on=days(0), valid_until=days(-1))


def test_opening_a_document_is_on_record() -> None:
    letter, who = file_letter(), UserFactory()
    with services.open_document(letter, by=who, at=timezone.now()) as opened:
        assert opened.read() == PDF
    event = Event.objects.get(kind="customer.document_opened")
    assert event.by == who
