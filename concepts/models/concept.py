"""The concept and its versions: what is being written, what lies before a committee, what is in force."""

import uuid

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from concepts.models.stored import StoredPDF
from concepts.models.triggers import frozen_stays_frozen
from concepts.querysets import ConceptQuerySet, ConceptVersionQuerySet
from kiportal.common.models import Locked, Stateful, Timestamped


@pghistory.track()
class Concept(Timestamped, Locked):
    class Kind(models.TextChoices):
        INTEGRATION_CONCEPT = "integrationskonzept", _("Integrationskonzept")
        FOCUS_PAPER = "schwerpunktpapier", _("Schwerpunktpapier")
        WORKING_PAPER = "arbeitspapier", _("Arbeitspapier")

    title = models.CharField(_("Titel"), max_length=160)
    # Set once, when the concept is made: its address stays what people have linked to.
    slug = models.SlugField(max_length=90, unique=True, editable=False)
    kind = models.CharField(_("Art"), max_length=30, choices=Kind, default=Kind.INTEGRATION_CONCEPT)
    summary = models.CharField(
        _("Kurz gesagt"),
        max_length=400,
        blank=True,
        help_text=_("Zwei bis drei einfache Sätze: Wofür gilt das Konzept? Steht auf der öffentlichen Seite."),
    )

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = _("Konzept")
        verbose_name_plural = _("Konzepte")
        ordering = ["kind", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("concepts:concept_detail", args=[self.slug])


@pghistory.track()
class ConceptVersion(Timestamped, Locked, Stateful):
    """One version of a concept. From frozen on its content is settled; only what is decided about it changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Entwurf")
        FROZEN = "frozen", _("abgeschlossen")
        COMMITTEE = "committee", _("in der Beratung")
        ADOPTED = "adopted", _("beschlossen")
        SUPERSEDED = "superseded", _("abgelöst")

    concept = models.ForeignKey(Concept, verbose_name=_("Konzept"), on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("Fassung"), default=1, editable=False)
    status = models.CharField(_("Stand"), max_length=20, choices=Status, default=Status.DRAFT, editable=False)

    # Content
    title = models.CharField(_("Titel auf dem Deckblatt"), max_length=200)
    subtitle = models.CharField(_("Untertitel"), max_length=200, blank=True)
    changes_note = models.TextField(
        _("Was ist neu?"),
        max_length=1500,
        blank=True,
        help_text=_("Für die Mitglieder des Kreistags: Was unterscheidet diese Fassung von der vorigen?"),
    )
    as_of = models.DateField(
        _("Stand (Datum)"), null=True, blank=True, help_text=_("Steht auf dem Deckblatt und auf jeder Seite.")
    )
    frozen_at = models.DateTimeField(_("abgeschlossen am"), null=True, editable=False)
    # Names, address, logo and funders of that day: {"centre_name": ..., "funders": [{"text": ...}], ...}
    cover = models.JSONField(default=dict, editable=False)
    shows_measures = models.BooleanField(
        _("Maßnahmen als Anhang aufnehmen"),
        default=False,
        help_text=_(
            "Beim Abschließen kommen die ausgewählten, laufenden und abgeschlossenen Maßnahmen der "
            "Handlungsfelder in die Fassung."
        ),
    )
    # The measures of that day as values, without keys to any row (`concepts.appendix`)
    measures = models.JSONField(default=list, editable=False)
    # What sections show of the registry on that day, by kind (`concepts.numbers`)
    numbers = models.JSONField(default=dict, editable=False)

    # What was decided about it
    committee = models.CharField(_("Gremium"), max_length=160, blank=True)
    meets_on = models.DateField(_("Sitzung am"), null=True, blank=True)
    forwarded_on = models.DateField(_("weitergeleitet am"), null=True, editable=False)
    adopted_by = models.CharField(_("beschlossen von"), max_length=160, blank=True)
    adopted_on = models.DateField(_("beschlossen am"), null=True, blank=True)
    paper_number = models.CharField(_("Nummer der Sitzungsvorlage"), max_length=60, blank=True)
    decision_url = models.URLField(_("Beschluss im Ratsinformationssystem"), blank=True)
    published_on = models.DateField(_("veröffentlicht am"), null=True, editable=False)

    objects = ConceptVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Fassung")
        verbose_name_plural = _("Fassungen")
        ordering = ["concept", "-number"]
        permissions = [
            ("decide_conceptversion", "Darf Fassungen veröffentlichen, weiterleiten und Beschlüsse eintragen"),
            ("read_conceptversion_in_committee", "Darf Fassungen lesen, die in der Beratung sind"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["concept", "number"], name="concepts_version_number"),
            models.UniqueConstraint(fields=["concept"], condition=Q(status="draft"), name="concepts_one_draft"),
            models.UniqueConstraint(fields=["concept"], condition=Q(status="adopted"), name="concepts_one_in_force"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(as_of__isnull=False, frozen_at__isnull=False),
                name="concepts_frozen_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status="draft") | Q(published_on=None), name="concepts_draft_is_not_public"
            ),
            models.CheckConstraint(
                condition=~Q(status="committee") | Q(forwarded_on__isnull=False), name="concepts_committee_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["adopted", "superseded"]) | Q(adopted_on__isnull=False),
                name="concepts_adopted_has_date",
            ),
        ]
        triggers = [
            frozen_stays_frozen(
                *("concept_id", "number", "title", "subtitle", "changes_note", "as_of", "frozen_at", "cover"),
                *("shows_measures", "measures", "numbers"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, Fassung {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("concepts:version_detail", args=[self.concept.slug, self.number])

    @property
    def number_label(self) -> str:
        return f"Fassung {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT


def _image_name(image: "ConceptImage", filename: str) -> str:
    """By content: the same picture is stored once, and a name never gets another content."""
    return f"concepts/images/{image.sha256[:2]}/{image.sha256}.{filename.rpartition('.')[2]}"


class ConceptImage(models.Model):
    """A picture in the chapters of a concept: re-encoded, never changed, shown by its `uuid`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(
        _("Bild"), upload_to=_image_name, width_field="width", height_field="height", max_length=200
    )
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alternative = models.CharField(
        _("Alternativtext"),
        max_length=300,
        help_text=_("Was zeigt das Bild? Für Menschen, die es nicht sehen."),
    )
    rights = models.CharField(
        _("Bildrechte"), max_length=200, help_text=_("Wer hat das Bild gemacht, wer hat die Nutzung erlaubt?")
    )
    created_at = models.DateTimeField(_("hochgeladen am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Bild")
        verbose_name_plural = _("Bilder")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["concept", "sha256"], name="concepts_image_once")]

    def __str__(self) -> str:
        return self.alternative

    def get_absolute_url(self) -> str:
        return reverse("concepts:image_file", args=[self.uuid])


class VersionPDF(StoredPDF):
    """The PDF of a frozen version."""

    version = models.OneToOneField(ConceptVersion, on_delete=models.CASCADE, related_name="pdf")

    class Meta:
        verbose_name = _("PDF einer Fassung")
        verbose_name_plural = _("PDFs der Fassungen")

    def __str__(self) -> str:
        return f"PDF: {self.version}"


class ChapterPDF(StoredPDF):
    """The PDF of one chapter of a frozen version, known by the `uuid` of its section."""

    version = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="chapter_pdfs")
    chapter = models.UUIDField(_("Kapitel"))

    class Meta:
        verbose_name = _("PDF eines Kapitels")
        verbose_name_plural = _("PDFs der Kapitel")
        constraints = [models.UniqueConstraint(fields=["version", "chapter"], name="concepts_chapterpdf_once")]

    def __str__(self) -> str:
        return f"PDF eines Kapitels: {self.version}"


class Synopsis(StoredPDF):
    """The PDF of two finished versions side by side: neither of them changes any more."""

    old = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="synopses_with_newer")
    new = models.ForeignKey(ConceptVersion, on_delete=models.CASCADE, related_name="synopses_with_older")

    class Meta:
        verbose_name = _("Synopse")
        verbose_name_plural = _("Synopsen")
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="concepts_synopsis_once")]

    def __str__(self) -> str:
        return f"Synopse: Fassung {self.old.number} und {self.new.number}"
