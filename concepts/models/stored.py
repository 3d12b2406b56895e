"""Files that are made once of what does not change any more, and downloaded from storage ever after."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    file = models.FileField(_("Datei"), max_length=200)
    sha256 = models.CharField(_("Prüfsumme (SHA-256)"), max_length=64)
    size = models.PositiveIntegerField(_("Größe (Bytes)"))
    made_at = models.DateTimeField(_("erstellt am"), auto_now_add=True)

    class Meta:
        abstract = True


class StoredPDF(StoredFile):
    pages = models.PositiveIntegerField(_("Seiten"))

    class Meta:
        abstract = True
