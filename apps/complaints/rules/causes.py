"""The shape of the cause tree. Pure."""

from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def check_code(code: str, parent: str) -> None:
    """A cause's code begins with its parent's; ``parent`` is the parent's code, "" for none."""
    if code.rpartition(".")[0] == parent:
        return
    raise BadInput(
        _("The code is the parent's, a dot and one more word.")
        if parent
        else _("Without a parent the code is a single word."),
        code="bad_code",
        field="code",
    )
