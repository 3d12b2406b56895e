"""What the portal learned about addresses it writes to. Keyed by the address: another address is another row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class MailAddressQuerySet(models.QuerySet["MailAddress"]):
    def known_as(self, email: str) -> "MailAddressQuerySet":
        return self.filter(email=email.strip().lower())

    def undeliverable(self) -> "MailAddressQuerySet":
        """Those that take no mail, the longest known first."""
        return self.exclude(undeliverable_since=None).order_by("undeliverable_since", "pk")

    def unreminded(self) -> "MailAddressQuerySet":
        """Those that get no reminders: nothing arrives there, or their owner wants none."""
        return self.exclude(undeliverable_since=None, reminders_stopped_on=None)


class MailAddress(models.Model):
    """An address that takes no mail, or whose owner wants no reminders; most addresses have no row."""

    email = models.EmailField(_("E-Mail-Adresse"), unique=True)
    undeliverable_since = models.DateTimeField(_("nicht zustellbar seit"), null=True)
    reason = models.CharField(
        _("Grund"), max_length=300, blank=True, help_text=_("Die Antwort des Mailservers oder ein Vermerk des KI.")
    )
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("vermerkt von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reminders_stopped_on = models.DateField(_("Erinnerungen abbestellt am"), null=True)

    objects = MailAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("E-Mail-Adresse")
        verbose_name_plural = _("E-Mail-Adressen")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="common_mailaddress_lower"),
            models.CheckConstraint(
                condition=Q(undeliverable_since__isnull=False) | Q(reminders_stopped_on__isnull=False),
                name="common_mailaddress_needed",
            ),
        ]

    def __str__(self) -> str:
        return self.email
