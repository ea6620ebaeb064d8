"""What the demonstration shows of reports."""

from apps.reports.demo_daily import make_daily
from apps.reports.demo_figures import make_figures
from apps.reports.demo_summaries import make_summaries

PARTS = ((30, make_figures), (40, make_summaries), (41, make_daily))
