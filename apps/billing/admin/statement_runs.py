"""What the acts on a statement call: one service each (BIL-2, BIL-3)."""

from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from apps.backoffice.acts import ActContext
from apps.backoffice.downloads import as_download
from apps.billing import services
from apps.billing.enums import (
    DisputeReason,
    Side,
    StatementFile,
)
from apps.core.errors import RuleBroken

SERVICE, FINANCE = "billing.service_statement", "billing.finance_statement"


def close_month(context: ActContext) -> HttpResponseBase:
    job = services.ask_closing(month=context.typed["month"], **context.who)
    return HttpResponseRedirect(reverse("admin:backoffice_job_change", args=[job.pk]))


def freeze(context: ActContext) -> str:
    done = services.freeze_statements(
        statement_ids=[context.record.pk], month=context.record.period, **context.who
    )
    return (
        gettext("Frozen.")
        if done
        else gettext("An earlier month of this payer is open: freeze it first.")
    )


def reopen(context: ActContext) -> None:
    services.reopen_statement(statement_id=context.record.pk, **context.typed, **context.who)


def review(side: Side) -> Any:
    def run(context: ActContext) -> None:
        services.review_statement(statement_id=context.record.pk, side=side, **context.who)

    return run


def send(side: Side) -> Any:
    def run(context: ActContext) -> None:
        services.send_statement(statement_id=context.record.pk, side=side, **context.who)

    return run


def confirm(context: ActContext) -> None:
    services.confirm_statement(statement_id=context.record.pk, **context.typed, **context.who)


def waive_blocker(context: ActContext) -> None:
    services.waive_blocker(blocker_id=context.row.pk, **context.typed, **context.who)


def dispute_line(context: ActContext) -> None:
    typed = {**context.typed, "why": DisputeReason(context.typed["why"])}
    services.raise_dispute(charge_id=context.row.pk, **typed, **context.who)


def correct_line(context: ActContext) -> None:
    services.correct_charge(charge_id=context.row.pk, **context.typed, **context.who)


def ask_invoice(context: ActContext) -> HttpResponseBase:
    invoice = services.request_invoice(
        statement_ids=[context.record.pk], kind=context.typed["kind"], **context.who
    )
    return HttpResponseRedirect(reverse("admin:billing_invoice_change", args=[invoice.pk]))


def download(context: ActContext) -> HttpResponseBase:
    made = services.export_statement(
        statement_id=context.record.pk, form=StatementFile(context.typed["form"]), **context.who
    )
    if isinstance(made, tuple):
        name, file = made
        return as_download(file, name)
    return HttpResponseRedirect(reverse("admin:backoffice_job_change", args=[made.pk]))


def ask_write_off(context: ActContext) -> HttpResponseBase:
    row = services.ask_write_off(statement_id=context.record.pk, **context.typed, **context.who)
    return HttpResponseRedirect(reverse("admin:billing_writeoff_change", args=[row.pk]))


def settle_small(context: ActContext) -> None:
    services.settle_small_difference(statement_id=context.record.pk, **context.typed, **context.who)


def send_by_its_side(context: ActContext) -> None:
    side = Side(context.record.issued_by_side)
    if not context.by.has_perm(SERVICE if side == Side.SERVICE else FINANCE):
        message = gettext("%(side)s issues this statement; you review it.") % {"side": side.label}
        raise RuleBroken(message, code="wrong_side", rule="BIL-2")
    services.send_statement(statement_id=context.record.pk, side=side, **context.who)
