"""What of an invoice's lines no red form has taken back (BIL-4)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from apps.billing.models import Invoice, InvoiceLine, RedLine
from apps.billing.models.tax import VOID
from apps.billing.rules import tax


def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    """In the order in which the tax bureau counts them."""
    return list(invoice.lines.select_related("tax_class").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Taken:
    line: InvoiceLine
    gross: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Left:
    """What of a line no red form has taken back; yuan."""

    line: InvoiceLine
    gross: Decimal
    tax: Decimal

    def take(self, gross: Decimal | None) -> Taken:
        """A part, or all of it (None); the last part takes the tax that the others left."""
        if gross is None or gross == self.gross:
            return Taken(self.line, self.gross, self.tax)
        _net, share = tax.split(gross, self.line.rate_ppm)
        # Within what is left of both, however the parts before it were rounded.
        least = gross - (self.gross - self.tax)
        return Taken(self.line, gross, max(min(share, self.tax), least))


def left_of(invoice: Invoice) -> list[Left]:
    """In the order of the invoice's lines."""
    rows = RedLine.objects.filter(line__invoice=invoice).exclude(form__state__in=VOID)
    sums = rows.values("line_id").annotate(gross=Sum("gross"), tax=Sum("tax")).order_by()
    taken = {row["line_id"]: (row["gross"], row["tax"]) for row in sums}
    found = []
    for line in lines_of(invoice):
        gross, share = taken.get(line.pk, (Decimal(0), Decimal(0)))
        found.append(Left(line, line.gross - gross, line.tax - share))
    return found
