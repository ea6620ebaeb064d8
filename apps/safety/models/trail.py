"""What happened to accounts: events, read by the safety officer."""

from django.utils.translation import gettext_lazy as _

from apps.events.models import Event


class AccountEvent(Event):
    """An event about an account of ours or of a merchant, under a permission of its own."""

    class Meta:
        proxy = True
        verbose_name = _("what happened to an account")
        verbose_name_plural = _("what happened to accounts")
        default_permissions = ("view",)
        permissions = [("export_accountevent", _("Can export what happened to accounts"))]
