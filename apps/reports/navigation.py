"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page

REPORTS = _("Reports")

PAGES: tuple[Page, ...] = ()
