"""What belongs to writing and never to what is written: notes, signs of who is at work, templates."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concepts.models.content import Section
from concepts.querysets import PresenceQuerySet, SectionNoteQuerySet
from kiportal.common.models import Locked


class SectionNote(models.Model):
    """A note of the authors on a section. It stays in the workspace: no page, PDF, feed or frozen content reads it."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Notiz")
        GUIDE = "guide", _("Leitfrage")

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="notes")
    answer_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(_("Art"), max_length=10, choices=Kind, default=Kind.NOTE, editable=False)
    text = models.TextField(_("Notiz"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("von"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("geschrieben am"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("erledigt am"), null=True, editable=False)

    objects = SectionNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("interne Notiz")
        verbose_name_plural = _("interne Notizen")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text


class Presence(models.Model):
    """The last sign that somebody works on a section; older than some minutes it says nothing and is deleted."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(_("seit"))
    seen_at = models.DateTimeField(_("zuletzt"), db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("Bearbeitung eines Abschnitts")
        verbose_name_plural = _("Bearbeitungen von Abschnitten")
        constraints = [models.UniqueConstraint(fields=["section", "user"], name="concepts_presence_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.section}"


class SectionTemplate(Locked):
    """Sections that are made in one go. `parts` holds a line for each: "Bedarf | Was fehlt, und wer sagt das?"."""

    name = models.CharField(_("Name der Vorlage"), max_length=80, unique=True)
    hint = models.TextField(
        _("Leitfrage zum Abschnitt selbst"),
        max_length=1000,
        blank=True,
        help_text=_("Steht nur neben dem Text im Arbeitsplatz, nie im Konzept."),
    )
    parts = models.TextField(
        _("Abschnitte darunter"),
        max_length=4000,
        blank=True,
        help_text=_("Eine Zeile je Abschnitt. Nach einem senkrechten Strich kann eine Leitfrage stehen."),
    )

    class Meta:
        verbose_name = _("Vorlage")
        verbose_name_plural = _("Vorlagen")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(heading, guiding question or "") of each section below."""
        parted = (line.partition("|") for line in self.parts.splitlines() if line.strip(" |"))
        return [(heading.strip(), hint.strip()) for heading, _bar, hint in parted]
