"""What a version consists of: chapters in a tree, the Handlungsfelder they describe, the sources they cite."""

import uuid

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from concepts.models.concept import ConceptVersion
from concepts.models.triggers import content_of_drafts_only, same_version_above
from concepts.querysets import SectionQuerySet
from kiportal.common.models import Locked, SortedByName, Timestamped
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


@pghistory.track()
class Source(Timestamped, Locked, SortedByName):
    """A source that sections cite, by a link to its `uuid`; how it is written: `concepts.bibliography`."""

    version = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="sources")
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    author = models.CharField(
        _("Verfasst oder herausgegeben von"),
        max_length=200,
        blank=True,
        help_text=_("Personen als „Nachname, Vorname“, mehrere mit Semikolon getrennt. Sonst die Behörde oder Stelle."),
    )
    short_name = models.CharField(
        _("Kurzname im Text"),
        max_length=40,
        blank=True,
        help_text=_("Zum Beispiel „IT.NRW“ oder „TIntG“. Ohne Kurznamen steht im Text der Nachname oder die Stelle."),
    )
    title = models.CharField(_("Titel"), max_length=300)
    year = models.CharField(
        _("Jahr oder Datum"), max_length=40, blank=True, help_text=_("Zum Beispiel: 2023, 14.02.2012, o. J.")
    )
    published_in = models.CharField(
        _("Erschienen in"),
        max_length=300,
        blank=True,
        help_text=_("Fundstelle, Zeitschrift, Reihe oder Ort und Verlag. Zum Beispiel: GV. NRW. S. 97"),
    )
    url = models.URLField(_("Web-Adresse"), max_length=500, blank=True)
    accessed_on = models.DateField(
        _("abgerufen am"),
        null=True,
        blank=True,
        help_text=_("Wann haben Sie die Seite so gesehen, wie Sie sie zitieren?"),
    )
    remark = models.TextField(
        _("Interner Vermerk"),
        max_length=1000,
        blank=True,
        help_text=_("Bleibt im Arbeitsplatz und erscheint nie im Konzept."),
    )

    class Meta:
        verbose_name = _("Quelle")
        verbose_name_plural = _("Quellen")
        ordering = ["sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "uuid"], name="concepts_source_uuid"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex="^https?://"), name="concepts_source_web_address"
            ),
            models.CheckConstraint(
                condition=Q(accessed_on=None) | ~Q(url=""), name="concepts_source_access_of_address"
            ),
        ]
        triggers = [content_of_drafts_only()]

    def __str__(self) -> str:
        return self.title

    def sort_name(self) -> str:
        """As the list is sorted: by what stands first in the entry, then by year and title."""
        return " ".join(filter(None, [self.short_name or self.author, self.year, self.title]))

    @property
    def anchor(self) -> str:
        return f"quelle-{self.uuid}"
