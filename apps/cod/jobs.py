"""Files of payment providers' settlements that come in, claw-backs that go out (apps/backoffice/imports.py and
exports.py say what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, attribute, rows_of_list
from apps.backoffice.imports import Import, one_by_one
from apps.cod.models import ClawBack
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
CLAW_BACKS = Export(
    name="cod.clawback",
    label=_("Claw-backs"),
    file_name="claw-backs",
    permission="cod.view_clawback",
    columns=(
        attribute(_("Waybill"), "item.waybill"),
        attribute(_("Merchant"), "merchant.code"),
        attribute(_("Merchant's name"), "merchant.name"),
        attribute(_("Amount"), "amount"),
        attribute(_("Taken from remittances"), "taken"),
        ExportColumn(_("Merchant still owes"), lambda row: row.rest),
        attribute(_("All of it taken"), "taken_at"),
        attribute(_("Consignee paid"), "paid_at"),
        attribute(_("When"), "at"),
        attribute(_("Reason"), "reason"),
    ),
    rows=rows_of_list(ClawBack),
)
EXPORTS = (CLAW_BACKS,)
IMPORTS = (SETTLEMENTS,)
