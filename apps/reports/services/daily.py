"""Daily reports: prepared after midnight, told to leaders in the morning, closed with remarks (REP-2)."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.accounts.queries.duty import Roster
from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.core.errors import BadInput
from apps.events.services import new_event, record, record_many
from apps.reports.enums import DailyState
from apps.reports.models import DailyReport
from apps.reports.queries.daily import card_of, content_of, to_prepare, yesterday
from apps.reports.services import summary_clocks
from apps.reports.states import DAILY_MOVES

PREPARED_FROM, CARD_FROM = time(0, 10), time(8, 30)
LONGEST = 2000
LEADERS = (
    Role.DIRECTOR, Role.DEPARTMENT_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER,
)  # fmt: skip


@transaction.atomic
def prepare_reports(*, at: datetime) -> int:
    """Yesterday's report of each unit that has them, once; returns how many were made. Nothing before 00:10 local."""
    if timezone.localtime(at).time() < PREPARED_FROM:
        return 0
    by, day = system_user("reports"), yesterday(at)
    units = to_prepare(day)
    reports = DailyReport.objects.bulk_create(
        DailyReport(unit=unit, day=day, created_by=by) for unit in units
    )
    summary_clocks.reports_opened(reports, by=by, at=at)
    record_many([new_event("dailyreport.prepared", one, by=by, at=at) for one in reports])
    return len(reports)


@transaction.atomic
def send_cards(*, at: datetime) -> int:
    """From 08:30 local: yesterday in ten lines to the leaders of each unit, once."""
    if timezone.localtime(at).time() < CARD_FROM:
        return 0
    by = system_user("reports")
    rows = DailyReport.objects.filter(day=yesterday(at), card_at__isnull=True)
    found = list(rows.select_related("unit").select_for_update(of=("self",), skip_locked=True))
    roster = Roster(LEADERS, at)
    for report in found:
        report.card_at = at
        report.save(update_fields=["card_at"])
        people = sorted({pk for role in LEADERS for pk in roster.everybody(role, report.unit.path)})
        cards = {}
        for name, language in (("card", "zh-hans"), ("card_en", "en")):
            with override(language):
                cards[name] = "\n".join(card_of(report))
        data = {**cards, "people": people}
        record("dailyreport.card_sent", report, by=by, at=at, data=data)
    return len(found)


@transaction.atomic
def close_report(*, report_id: int, remarks: str, by: User, at: datetime) -> DailyReport:
    """Fix the report as it is known now, with remarks and what came in later of the days before. BadInput on
    ``remarks``; a report is closed once."""
    rows = DailyReport.objects.select_related("unit").select_for_update(of=("self",))
    report = rows.get(pk=report_id)
    DAILY_MOVES.check(DailyState(report.state), DailyState.CLOSED)
    text = remarks.replace("\r\n", "\n").strip()
    if not 2 <= len(text) <= LONGEST:
        raise BadInput(
            _("Say in a few words how the day went, at most %(n)d characters.") % {"n": LONGEST},
            code="remarks_missing" if len(text) < 2 else "too_long",
            field="remarks",
        )
    report.content, report.remarks = content_of(report), text
    report.sha256 = fingerprint(report)
    report.state, report.closed_at, report.closed_by = DailyState.CLOSED, at, by
    report.save()
    summary_clocks.report_closed(report, by=by, at=at)
    record("dailyreport.closed", report, by=by, at=at, data={"sha256": report.sha256})
    return report


def fingerprint(report: DailyReport) -> str:
    return sha256_of(
        canonical(
            {
                "unit": report.unit.code,
                "day": f"{report.day:%Y-%m-%d}",
                "content": report.content,
                "remarks": report.remarks,
            }
        )
    )
