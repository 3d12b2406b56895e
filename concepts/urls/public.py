"""What everybody, and members of the Kreistag, read of concepts. "bilder" is no slug (`changes.RESERVED_SLUGS`)."""

from django.urls import path

from concepts.views import comparing, concepts, files, implementation, sections, versions

_VERSION = "konzepte/<slug:slug>/fassungen/<int:number>/"

urlpatterns = [
    path("umsetzung/", implementation.implementation, name="implementation"),
    path("konzepte/", concepts.ConceptList.as_view(), name="concept_list"),
    path("konzepte/bilder/<uuid:uuid>/", files.image_file, name="image_file"),
    path("konzepte/<slug:slug>/", concepts.concept_detail, name="concept_detail"),
    path("konzepte/<slug:slug>/vergleich/", comparing.version_compare, name="version_compare"),
    path(
        "konzepte/<slug:slug>/vergleich/<int:old>-<int:new>/synopse.pdf", comparing.synopsis_file, name="synopsis_file"
    ),
    path(_VERSION, versions.version_detail, name="version_detail"),
    path(f"{_VERSION}konzept.pdf", files.version_pdf, name="version_pdf"),
    path(f"{_VERSION}konzept.docx", files.version_word, name="version_word"),
    path(f"{_VERSION}abschnitte/<uuid:uuid>/", sections.section_detail, name="section_detail"),
    path(f"{_VERSION}abschnitte/<uuid:uuid>/kapitel.pdf", files.chapter_pdf, name="chapter_pdf"),
]
