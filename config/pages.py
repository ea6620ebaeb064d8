"""Everything that requests need, loaded before workers are forked: one copy for all of them."""


def load_pages() -> None:
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
