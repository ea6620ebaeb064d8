"""The file of an import, and what its kind asks besides."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField


class ImportForm(FormWithFiles):
    """A kind that must know more adds fields and says in ``parameters`` what is kept of them."""

    file = HeldFileField(label=_("Spreadsheet (.xlsx, .xls or .csv)"))

    def parameters(self) -> dict[str, Any]:
        """Fit for JSON. The same file is another one with other parameters."""
        return {}
