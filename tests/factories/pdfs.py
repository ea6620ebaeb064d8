"""PDFs as they come from outside: plain, locked, with a script, with a file in them."""

import io
import zlib
from collections.abc import Callable

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(change: Callable[[PdfWriter], object] | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change is not None:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked() -> bytes:
    return pdf(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))


def with_script() -> bytes:
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    opened = DictionaryObject({NameObject(name): value for name, value in action.items()})
    return pdf(lambda writer: writer._root_object.update({NameObject("/OpenAction"): opened}))


def with_file(name: str, content: bytes) -> bytes:
    return pdf(lambda writer: writer.add_attachment(name, content))


def with_packed(objects: bytes) -> bytes:
    """``objects`` in a compressed object stream, as newer programs write them."""
    packed = zlib.compress(objects)
    head = b"9 0 obj <</Type /ObjStm /Filter /FlateDecode /Length %d>>\nstream\n" % len(packed)
    return pdf().removesuffix(b"%%EOF\n") + head + packed + b"\nendstream endobj\n%%EOF\n"
