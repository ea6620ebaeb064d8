"""A bank file of any kind."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.banking.reading.camt import read_camt
from apps.banking.reading.grids import read_book, read_csv, text_of
from apps.banking.reading.layouts import BUILT_IN, Layout
from apps.banking.reading.mt940 import read_mt940
from apps.banking.reading.sheets import read_sheet
from apps.banking.reading.values import Reading
from apps.core.errors import BadInput

_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_TAG = re.compile(rb"(?m)^:(?:20|25|28C?|60[FM]|61|NS|940):")


def read_bank_file(
    content: bytes, name: str, layouts: Sequence[Layout] = BUILT_IN, *, layout: str = ""
) -> Reading:
    """Read ``content``, whatever it is called. ``layouts`` are tried in their order; with ``layout``
    (a code) only that one.

    Raises BadInput (``file_empty``, ``file_encoding``, ``file_broken``, ``file_cut``,
    ``columns_missing``, ``statement_missing``) for what cannot be read as a whole.
    """
    if not content.strip():
        raise BadInput(_("The file is empty."), code="file_empty", field="file")
    offered = [one for one in layouts if one.code == layout] if layout else list(layouts)
    if content.startswith(_BOOKS):
        return read_sheet(read_book(content), offered)
    if b"<Document" in content[:4096] or content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return read_camt(content)
    if _TAG.search(content[:4096]):
        return read_mt940(text_of(content))
    if b"\x00" in content[:64] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(
            _("“%(name)s” is none of the files that banks export: csv, xls, xlsx, MT940 or CAMT.")
            % {"name": name[:80]},
            code="file_kind",
            field="file",
        )
    return read_sheet(read_csv(content), offered)
