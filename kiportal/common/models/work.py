"""What staff note about a record of any kind: when to look at it again, and who is looking at it now."""

from datetime import date

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kiportal.common.models.user import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def for_target(self, target: models.Model) -> "FollowUpQuerySet":
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)

    def open(self) -> "FollowUpQuerySet":
        return self.filter(done_at=None).order_by("due_on", "pk")

    def concerning(self, user: User) -> "FollowUpQuerySet":
        """Their own, and those that are for everybody."""
        return self.filter(Q(for_user=None) | Q(for_user=user))

    def due(self, today: date) -> "FollowUpQuerySet":
        return self.open().filter(due_on__lte=today)


class FollowUp(models.Model):
    """Wiedervorlage: look at this record again on that day."""

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    due_on = models.DateField(_("Wiedervorlage am"))
    note = models.CharField(
        _("Worum geht es?"), max_length=300, help_text=_("Nur für das KI. Bitte keine Angaben zu Ratsuchenden.")
    )
    for_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("für"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("erledigt von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    done_at = models.DateTimeField(_("erledigt am"), null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("Wiedervorlage")
        verbose_name_plural = _("Wiedervorlagen")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id"]),
            models.Index(fields=["due_on"], name="common_followup_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.due_on:%d.%m.%Y}: {self.note}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def for_target(self, target: models.Model) -> "AssignmentQuerySet":
        return self.filter(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)


class Assignment(models.Model):
    """Who takes care of a record that waits for a decision; at most one person."""

    target_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("zuständig"), on_delete=models.CASCADE, related_name="+"
    )
    assigned_at = models.DateTimeField(_("seit"), auto_now=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Zuständigkeit")
        verbose_name_plural = _("Zuständigkeiten")
        constraints = [models.UniqueConstraint(fields=["target_type", "target_id"], name="common_assignment_one")]

    def __str__(self) -> str:
        return str(self.assignee)
