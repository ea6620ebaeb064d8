"""Bank files, read without a database: ``read_bank_file(content, name)`` gives a ``Reading`` or
raises BadInput, which says in words what is wrong. Nothing is half read in silence: a row that
cannot be read is in ``refused``, a balance that does not follow in ``breaks``."""

from apps.banking.reading.files import read_bank_file
from apps.banking.reading.layouts import BUILT_IN, Layout
from apps.banking.reading.values import Line, Reading, Statement

__all__ = ["BUILT_IN", "Layout", "Line", "Reading", "Statement", "read_bank_file"]
