"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from apps.cod.campaign_pages import CAMPAIGN_PAGES

PAGES = (*CAMPAIGN_PAGES,)
