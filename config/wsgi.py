import os

from django.core.wsgi import get_wsgi_application

from apps.core.loading import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def load() -> None:
    """Everything that requests need, before workers are forked: one copy for all of them."""
    import openpyxl  # noqa: F401  # elsewhere only where a sheet is opened, as the next
    import xlsxwriter  # noqa: F401
    from django.urls import get_resolver

    from apps.core import pinyin

    get_resolver().url_patterns  # noqa: B018  # reading it loads every page
    pinyin.load()
    keep_loaded()


load()
