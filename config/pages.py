"""Everything that requests need, loaded before workers are forked: one copy for all of them."""

from importlib import import_module


def load_pages() -> None:
    """Needs Django to be set up."""
    from django.conf import settings

    from apps.core import pinyin

    # The addresses lead to every page; the other modules are imported elsewhere only where one is needed.
    names = [settings.ROOT_URLCONF, "openpyxl", "xlsxwriter"]
    if settings.METRICS_KEY:
        names.append("prometheus_client.exposition")
    if settings.OIDC["issuer"]:
        names.append("authlib.integrations.django_client")
    for name in names:
        import_module(name)
    pinyin.load()
