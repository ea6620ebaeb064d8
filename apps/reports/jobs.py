"""The lists behind figures as spreadsheets."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, Query
from apps.core.errors import BadInput
from apps.reports.forms import KpiListForm
from apps.reports.kpis import KPIS
from apps.reports.queries.figures import ListRow, rows_page
from apps.reports.queries.subjects import Shown, dress

PIECE = 1_000


def _rows(by: Any, query: Query) -> Iterator[ListRow]:
    now = timezone.now()
    form: Any = KpiListForm(dict(query), user=by, at=now)
    if form.errors:
        raise BadInput(
            _t("This list cannot be read as it was asked for."), code="query", field="key"
        )
    cursor = None
    while True:
        rows, cursor = rows_page(
            form.asked_kpi, form.chosen_scope.scope, form.period, cursor,
            only=form.cleaned_data["only"], size=PIECE, at=now,
        )  # fmt: skip
        yield from rows
        if cursor is None:
            return


def _dressed(rows: Sequence[ListRow]) -> list[Shown]:
    return dress(rows)


def _file_name(query: Query) -> str:
    kpi = KPIS.get(query.get("kpi", ""))
    return "figure" if kpi is None else kpi.code.replace("_", "-")


KPI_LIST = Export(
    name="reports.kpi_list",
    label=_("List behind a figure"),
    file_name=_file_name,
    permission="reports.view_figure",
    columns=(
        ExportColumn(_("Number or name"), lambda shown: shown.label),
        ExportColumn(_("What it is"), lambda shown: shown.what),
        ExportColumn(_("Belongs to the period by"), lambda shown: shown.row.at),
        ExportColumn(_("Denominator"), lambda shown: shown.row.counts),
        ExportColumn(_("Numerator"), lambda shown: shown.row.good),
        ExportColumn(_("Measured (seconds, or a score)"), lambda shown: shown.row.measure),
        ExportColumn(_("Reason"), lambda shown: shown.why),
    ),
    rows=_rows,
    prepare=_dressed,
)
EXPORTS = (KPI_LIST,)
