"""Layouts of files that staff add."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.banking.models import BankLayout
from apps.banking.reading import BUILT_IN, Layout
from apps.core.errors import BadInput

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def save_layout(
    *, code: str, name: str, source: str, definition: Mapping[str, Any], by: "User", at: datetime
) -> BankLayout:
    """A new version of the layout ``code``. Raises BadInput for columns that there are none of and for
    the code of a layout that is built in."""
    if code in {one.code for one in BUILT_IN}:
        raise BadInput(_("A layout of this code is built in."), code="code_taken", field="code")
    try:
        Layout.of({**definition, "code": code})
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(str(error), code="bad_layout", field="definition") from error
    last = BankLayout.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    return BankLayout.objects.create(
        code=code,
        version=last + 1,
        name=name,
        source=source,
        definition=dict(definition),
        created_by_id=by.pk,
    )


def layouts() -> list[Layout]:
    """Those of staff, the newest version of each, before those that are built in."""
    newest: dict[str, BankLayout] = {}
    for row in BankLayout.objects.order_by("code", "version"):
        newest[row.code] = row
    return [*(Layout.of(row.as_definition, BUILT_IN[-1]) for row in newest.values()), *BUILT_IN]
