"""What a PDF may hold: nothing locked, nothing that runs; told by its objects, in a time in proportion to its size."""

import time
from contextlib import suppress

import pytest

from apps.core.errors import BadInput
from apps.core.files.pdfs import MOST_UNPACKED, check_pdf
from tests.factories import pdfs

INVOICE = b"<?xml version='1.0'?><EInvoice/>"


@pytest.mark.parametrize(
    "content",
    [
        pdfs.pdf(),
        # An electronic invoice brings its data along (GB/T 36319).
        pdfs.with_file("invoice.xml", INVOICE),
        pdfs.with_packed(b"1 0 <</Type /Page>>"),
    ],
)
def test_a_plain_pdf_is_taken(content: bytes) -> None:
    check_pdf(content, name="发票.pdf")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdfs.locked(), "file_locked"),
        (pdfs.with_script(), "file_active"),
        (pdfs.with_file("invoice.exe", b"MZ\x90\x00"), "file_active"),
        (pdfs.with_packed(b"1 0 <</S /JavaScript /JS (app.alert(1))>>"), "file_active"),
        (pdfs.with_packed(b"1 0 <</S /J#61vaScript>>"), "file_active"),
        (pdfs.with_packed(b"1 0 <</S /Launch /F (cmd.exe)>>"), "file_active"),
        (pdfs.with_packed(b" " * (MOST_UNPACKED + 1)), "file_active"),
        (b"%PDF-1.7\nno page\n%%EOF", "file_broken"),
    ],
)
def test_what_runs_or_is_locked_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check_pdf(content, name="发票.pdf")
    assert refusal.value.code == code and "发票.pdf" in str(refusal.value)


@pytest.mark.parametrize(
    "piece",
    [b"<</Page", b"%PDF-1.4 <<>>stream\n", b">>stream\nendstream ", b"endstream\n", b"/" * 20],
)
def test_a_file_made_to_be_slow_is_not(piece: bytes) -> None:
    """No step over the file is repeated for each of its pieces: twice the size takes no more than some times as long."""
    taken = []
    for size in (500_000, 2_000_000):
        content = b"%PDF-1.4 " + piece * (size // len(piece)) + b"%%EOF"
        begun = time.process_time()
        with suppress(BadInput):
            check_pdf(content, name="x.pdf")
        taken.append(time.process_time() - begun)
    assert taken[1] < 20 * taken[0] + 0.5
