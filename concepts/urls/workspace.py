"""Writing, freezing and deciding."""

from django.urls import URLPattern, path

from concepts.views import staff_action_areas, staff_concepts, staff_images, staff_sections, staff_versions

_ROOT = "arbeitsplatz/konzepte"
_VERSION = f"{_ROOT}/fassungen/<int:pk>"
_SECTION = f"{_ROOT}/abschnitte/<int:pk>"
_AREA = f"{_ROOT}/handlungsfelder/<int:pk>"

urlpatterns: list[URLPattern] = [
    path(f"{_ROOT}/", staff_concepts.StaffConceptList.as_view(), name="staff_concept_list"),
    path(f"{_ROOT}/neu/", staff_concepts.StaffConceptAdd.as_view(), name="staff_concept_add"),
    path(f"{_ROOT}/<int:pk>/", staff_concepts.StaffConceptDetail.as_view(), name="staff_concept_detail"),
    path(f"{_ROOT}/<int:pk>/bearbeiten/", staff_concepts.StaffConceptEdit.as_view(), name="staff_concept_edit"),
    path(f"{_ROOT}/<int:concept_pk>/bilder/", staff_images.StaffImageList.as_view(), name="staff_image_list"),
    path(f"{_ROOT}/<int:concept_pk>/bilder/neu/", staff_images.StaffImageAdd.as_view(), name="staff_image_add"),
    # Versions
    path(f"{_VERSION}/", staff_versions.StaffVersionDetail.as_view(), name="staff_version_detail"),
    path(f"{_VERSION}/bearbeiten/", staff_versions.StaffVersionEdit.as_view(), name="staff_version_edit"),
    path(f"{_VERSION}/vorschau.pdf", staff_versions.StaffVersionPreview.as_view(), name="staff_version_preview"),
    path(f"{_VERSION}/abschliessen/", staff_versions.StaffVersionFreeze.as_view(), name="staff_version_freeze"),
    path(f"{_VERSION}/fortschreiben/", staff_versions.StaffVersionNext.as_view(), name="staff_version_next"),
    path(f"{_VERSION}/verwerfen/", staff_versions.StaffVersionDiscard.as_view(), name="staff_version_discard"),
    # Sections
    path(
        f"{_ROOT}/fassungen/<int:version_pk>/abschnitte/neu/",
        staff_sections.StaffSectionAdd.as_view(),
        name="staff_section_add",
    ),
    path(f"{_SECTION}/", staff_sections.StaffSectionEdit.as_view(), name="staff_section_edit"),
    path(f"{_SECTION}/daneben/", staff_sections.StaffSectionAside.as_view(), name="staff_section_aside"),
    path(f"{_SECTION}/vorschau/", staff_sections.StaffSectionPreview.as_view(), name="staff_section_preview"),
    path(f"{_SECTION}/verschieben/", staff_sections.StaffSectionMove.as_view(), name="staff_section_move"),
    path(f"{_SECTION}/loeschen/", staff_sections.StaffSectionDelete.as_view(), name="staff_section_delete"),
    # Handlungsfelder
    path(
        f"{_ROOT}/fassungen/<int:version_pk>/handlungsfelder/neu/",
        staff_action_areas.StaffActionAreaAdd.as_view(),
        name="staff_action_area_add",
    ),
    path(f"{_AREA}/", staff_action_areas.StaffActionAreaEdit.as_view(), name="staff_action_area_edit"),
    path(f"{_AREA}/verschieben/", staff_action_areas.StaffActionAreaMove.as_view(), name="staff_action_area_move"),
    path(f"{_AREA}/loeschen/", staff_action_areas.StaffActionAreaDelete.as_view(), name="staff_action_area_delete"),
]
