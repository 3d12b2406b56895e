"""What a version consists of: chapters in a tree, and the Handlungsfelder they describe."""

import uuid

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from concepts.models.concept import ConceptVersion
from concepts.models.triggers import content_of_drafts_only, same_version_above
from concepts.querysets import SectionQuerySet
from kiportal.common.models import Locked, Timestamped
from kiportal.common.richtext import DocumentField
from offers.models import Strand, Topic

# Chapter, section, sub-section, paragraph: the headings h2 to h5 of a page; h6 is left for a sub-heading in a text.
DEEPEST = 4


@pghistory.track()
class Section(Timestamped, Locked):
    """A chapter or a part of one. Its place among its siblings is `sort_order`; numbers are computed (`outline`)."""

    class State(models.TextChoices):
        OPEN = "open", _("offen")
        WRITING = "writing", _("in Arbeit")
        READY = "ready", _("fertig")

    class Numbers(models.TextChoices):
        NONE = "", _("keine")
        BY_MUNICIPALITY = "municipality", _("Angebote je Kommune")
        BY_TOPIC = "topic", _("Angebote je Thema")
        WHITE_SPOTS = "white_spots", _("Angebote je Thema und Kommune, mit weißen Flecken")

    version = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="sections")
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    sort_order = models.PositiveIntegerField(default=0, editable=False)
    title = models.CharField(_("Überschrift"), max_length=200)
    is_numbered = models.BooleanField(
        _("mit Nummer"), default=True, help_text=_("Vorwort, Glossar und Anhang stehen meist ohne Nummer.")
    )
    body = DocumentField(_("Text"), blank=True)
    # Which numbers, not the numbers: those are counted anew in a draft and kept by a closed version (`numbers`).
    shows_numbers = models.CharField(
        _("Zahlen aus dem Angebotsverzeichnis"),
        max_length=20,
        choices=Numbers,
        default=Numbers.NONE,
        blank=True,
        help_text=_(
            "Stehen unter dem Text als Tabelle und Diagramm: im Entwurf von heute, danach vom Tag des Abschlusses."
        ),
    )
    state = models.CharField(_("Bearbeitung"), max_length=10, choices=State, default=State.OPEN)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Abschnitt")
        verbose_name_plural = _("Abschnitte")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "uuid"], name="concepts_section_uuid"),
            models.UniqueConstraint(
                fields=["version", "parent", "sort_order"],
                nulls_distinct=False,
                deferrable=models.Deferrable.DEFERRED,
                name="concepts_section_order",
            ),
        ]
        triggers = [content_of_drafts_only(), same_version_above()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The permanent link; for a section inside a chapter it leads to its place there."""
        version = self.version
        return reverse("concepts:section_detail", args=[version.concept.slug, version.number, self.uuid])


@pghistory.track()
class ActionArea(Locked):
    """A Handlungsfeld of a version. `uuid` is the same in every version: measures refer to it.

    `topics` says which offers of the registry belong here. It is no content: topics are rows that the centre changes,
    so the mapping of a frozen version can be kept up to date (docs/decisions/0006).
    """

    version = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="action_areas")
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    title = models.CharField(_("Handlungsfeld"), max_length=200)
    strand = models.CharField(_("Säule"), max_length=20, choices=Strand)
    sort_order = models.PositiveIntegerField(default=0, editable=False)
    section = models.ForeignKey(
        Section,
        verbose_name=_("beschrieben in"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="action_areas",
    )
    topics = models.ManyToManyField(
        Topic,
        verbose_name=_("Themen"),
        blank=True,
        related_name="action_areas",
        help_text=_("Angebote mit diesen Themen gehören zu diesem Handlungsfeld."),
    )

    class Meta:
        verbose_name = _("Handlungsfeld")
        verbose_name_plural = _("Handlungsfelder")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "uuid"], name="concepts_actionarea_uuid"),
            models.UniqueConstraint(
                fields=["version", "sort_order"],
                deferrable=models.Deferrable.DEFERRED,
                name="concepts_actionarea_order",
            ),
        ]
        triggers = [content_of_drafts_only()]

    def __str__(self) -> str:
        return self.title
