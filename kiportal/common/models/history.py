"""The Verlauf that people read: one row for each change of a status, written by `transitions.apply()`."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class StatusChangeQuerySet(models.QuerySet["StatusChange"]):
    def for_target(self, target: models.Model) -> "StatusChangeQuerySet":
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)


class StatusChange(models.Model):
    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    verb = models.CharField(_("Schritt"), max_length=40)
    from_status = models.CharField(_("vorher"), max_length=30)
    to_status = models.CharField(_("nachher"), max_length=30)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("durch"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_link = models.ForeignKey(
        "common.AccessLink", verbose_name=_("über Link"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(_("Begründung"), blank=True)
    at = models.DateTimeField(_("am"), auto_now_add=True)

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Verlaufseintrag")
        verbose_name_plural = _("Verlauf")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["target_type", "target_id", "at"])]

    def __str__(self) -> str:
        return f"{self.verb}: {self.from_status} → {self.to_status}"
