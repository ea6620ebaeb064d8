"""Files of payment providers' settlements: apps/backoffice/imports.py says what becomes of them."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.imports import Import, one_by_one
from apps.cod.services.settlement_files import COLUMNS, EXAMPLE, read_settlement, take_settlement

SETTLEMENTS = Import(
    name="cod.qrsettlement",
    label=_("Providers' settlements"),
    permission="cod.enter_qrsettlement",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_("Each row is a day of one provider: gross, its fee, the net that arrives."),
    read=read_settlement,
    take=one_by_one(take_settlement, COLUMNS),
    subject="cod.qrsettlement",
)
IMPORTS = (SETTLEMENTS,)
