"""What goes through the tax channel carries its own place in the queue."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import TAX_ANSWERS


class Channelled(models.Model):
    """A row that the tax channel works on while ``channel_due_at`` is set.

    ``channel_due_at`` is when it is next to be sent or asked about, by the database's clock; whoever
    takes it pushes that ahead by the lease and counts ``channel_turn`` up, and what comes after another
    turn has begun is not written. ``channel_sent_at`` is written just before the request leaves: from
    then on it is asked about and not sent, unless the provider says that it never had it.
    """

    channel_order = models.CharField(
        _("our number at the provider"),
        max_length=32,
        unique=True,
        null=True,
        blank=True,
        editable=False,
    )
    channel_due_at = models.DateTimeField(null=True, editable=False)
    channel_turn = models.PositiveIntegerField(default=0, editable=False)
    channel_tries = models.PositiveIntegerField(default=0, editable=False)
    channel_sent_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    channel_heard_at = models.DateTimeField(_("last answer"), null=True, editable=False)
    channel_code = models.CharField(_("code"), max_length=40, blank=True, editable=False)
    channel_words = models.CharField(_("answer"), max_length=200, blank=True, editable=False)
    channel_ref = models.CharField(_("their serial"), max_length=40, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def channel_answer(self) -> str:
        """The last answer, in words."""
        known = TAX_ANSWERS.get(self.channel_code, "")
        return " ".join(str(one) for one in (known, self.channel_words) if one)
