import os

from django.core.wsgi import get_wsgi_application

from apps.core.loading import freeze_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def load() -> None:
    """Everything that requests need, before workers are forked: one copy for all of them."""
    import openpyxl  # noqa: F401  # elsewhere only where a sheet is opened, as the next
    import xlsxwriter  # noqa: F401
    from django.conf import settings
    from django.urls import get_resolver

    from apps.core import pinyin

    get_resolver().url_patterns  # noqa: B018  # reading it loads every page
    pinyin.load()
    if settings.METRICS_KEY:
        import prometheus_client.exposition  # noqa: F401  # elsewhere nobody asks for it
    if settings.OIDC["issuer"]:
        import authlib.integrations.django_client  # type: ignore[import-untyped]  # noqa: F401  # likewise
    freeze_loaded()


load()
