"""A summary as a paper and as a spreadsheet: Chinese, the same bytes for the same content (REP-3)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.backoffice.enums import ApprovalState
from apps.backoffice.models import ApprovalRequest
from apps.core.typesetting import typeset
from apps.core.workbooks import write_book
from apps.reports.enums import SummaryFile, SummarySeat, SummaryState
from apps.reports.models import TEXTS, Summary
from apps.reports.queries import summary_words as words
from apps.reports.rules.summaries import SUMMARY

TEMPLATE = Path(__file__).parent.parent / "papers" / "summary.typ"
TYPES = {
    SummaryFile.PDF: "application/pdf",
    SummaryFile.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SIGNED = (SummaryState.SIGNED, SummaryState.SENT)


def summary_file(row: Summary, form: SummaryFile) -> bytes:
    return summary_pdf(row) if form == SummaryFile.PDF else summary_xlsx(row)


def summary_pdf(row: Summary) -> bytes:
    """A4, without anybody's name but the signatures' posts; before the four signatures it says that it is a draft."""
    with override("zh-hans"):
        return typeset(TEMPLATE, paper_of(row), at=row.frozen_at)


def summary_xlsx(row: Summary) -> bytes:
    with override("zh-hans"):
        paper = paper_of(row)
        pages = [
            (
                _("Monthly summary"),
                [paper["heading"], ""],
                [*paper["facts"], *[[one["title"], one["text"]] for one in paper["texts"]], *paper["signatures"]],
            ),
            *((one["title"], one["headings"], one["rows"]) for one in paper["tables"]),
        ]  # fmt: skip
        return write_book(pages, made_at=row.frozen_at)


def paper_of(row: Summary) -> dict[str, Any]:
    """What stands on the paper, as text."""
    facts = row.content
    month = words.month_words(facts["month"])
    return {
        "company": settings.COMPANY_NAME,
        "title": f"{row.number} {facts['month']}",
        "heading": _("Service summary of %(month)s") % {"month": month},
        "notice": "" if row.state in SIGNED else _("Not signed yet: a draft"),
        "facts": [
            [_("Customer"), facts["customer"]["name"]],
            [_("Month"), month],
            [_("Number"), row.number],
            [_("Figures as of"), f"{timezone.localtime(row.frozen_at):%Y-%m-%d %H:%M}"],
        ],
        "tables": [table for table in _tables(facts) if table["rows"]],
        "footnote": _footnote(facts),
        "texts": [
            {"title": words.text_label(name), "text": getattr(row, name)}
            for name in TEXTS
            if getattr(row, name)
        ],
        "signatures_title": _("Signed for the company by"),
        "signatures": _signatures(row),
        "fingerprint": f"{_('Fingerprint of the content')} {row.sha256}" if row.sha256 else "",
    }


def _tables(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": _("Figures"),
            "headings": [
                _("Figure"), _("This month"), _("Last month"), _("Against last month"), _("Goal"), _("Numerator / denominator"),
            ],
            "rows": [_figure(one) for one in facts["figures"]],
        },
        {
            "title": _("Late by cause"),
            "headings": [_("Cause"), _("Shipments")],
            "rows": [list(words.late_words(one).rsplit(": ", 1)) for one in facts["late"]],
        },
        {
            "title": _("Incidents"),
            "headings": [_("What happened"), _("Number"), _("Day"), _("Shipments")],
            "rows": [
                [one["title"], one["number"], one["day"], str(one["n"])]
                for one in facts["incidents"]
            ],
        },
        {
            "title": _("Complaints of the month"),
            "headings": [_("Day"), _("Number"), _("Class"), _("Cause"), _("How it ended")],
            "rows": [_case(one) for one in facts["cases"]],
        },
        {
            "title": _("What we improve"),
            "headings": [_("What is done"), _("Unit"), _("Due"), _("Effect")],
            "rows": [
                [one["what"], one["unit"], one["due"], words.action_state(one)]
                for one in facts["actions"]
            ],
        },
    ]  # fmt: skip


def _figure(one: dict[str, Any]) -> list[str]:
    code = one["kpi"]
    name = words.kpi_name(code)
    return [
        f"{name}*" if one["provisional"] else name,
        words.value_words(code, one["value"]),
        words.value_words(code, one["last"]),
        words.diff_words(code, one["diff"]),
        words.value_words(code, one["goal"]),
        words.counted_words(code, one["num"], one["den"]),
    ]


def _footnote(facts: dict[str, Any]) -> str:
    is_provisional = any(one["provisional"] for one in facts["figures"])
    return _("* Provisional: what comes later can still change it.") if is_provisional else ""


def _case(one: dict[str, Any]) -> list[str]:
    parts = words.case_words({**one, "day": "", "number": "", "cause": ""}).split(" · ")
    return [one["day"], one["number"], parts[0], one["cause"] or "—", parts[-1]]


def _signatures(row: Summary) -> list[list[str]]:
    """By post and day: names of people stay in the company."""
    if row.written_at is None:
        return []
    found = [[_("Customer-service agent"), f"{timezone.localtime(row.written_at):%Y-%m-%d}"]]
    request = ApprovalRequest.objects.filter(
        kind=SUMMARY, subject_type=row._meta.label_lower, subject_id=str(row.pk),
        state=ApprovalState.APPROVED, sha256=row.sha256,
    ).first()  # fmt: skip
    if request is not None:
        found += [
            [str(SummarySeat(one.seat).label), f"{timezone.localtime(one.decided_at):%Y-%m-%d}"]
            for one in request.approvals.order_by("round")
        ]
    return found
