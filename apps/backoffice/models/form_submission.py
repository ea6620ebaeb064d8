from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField


class FormSubmission(models.Model):
    """One press of one form, with the answer it was given. A second press finds it here."""

    # SHA-256 of who sent it, where to, the key of the form and everything typed into it.
    digest = models.CharField(max_length=64, primary_key=True)
    # JSON: where the browser was redirected and which messages it was shown. Empty while the first is at work,
    # which nobody sees: the row is committed together with its answer.
    answer = EncryptedTextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("submission of a form")
        verbose_name_plural = _("submissions of forms")
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest[:12]
