"""Writing, freezing and deciding."""

from django.urls import URLPattern, path

from concepts.views import (
    comparing,
    drafting,
    measure_board,
    measure_detail,
    measure_parts,
    measure_tables,
    measures,
    papers,
    periods,
    staff_action_areas,
    staff_concepts,
    staff_images,
    staff_replacing,
    staff_sections,
    staff_sources,
    staff_versions,
    staff_word,
)

_ROOT = "arbeitsplatz/konzepte"
_VERSION = f"{_ROOT}/fassungen/<int:pk>"
_WORD = f"{_ROOT}/word/<uuid:key>"
_SECTION = f"{_ROOT}/abschnitte/<int:pk>"
_SOURCE = f"{_ROOT}/quellen/<int:pk>"
_AREA = f"{_ROOT}/handlungsfelder/<int:pk>"
_MEASURES = "arbeitsplatz/massnahmen"
_MEASURE = f"{_MEASURES}/<int:pk>"
_PERIODS = "arbeitsplatz/schwerpunkte"
_PERIOD = f"{_PERIODS}/<int:pk>"
_FOCUS = f"{_PERIODS}/schwerpunkt/<int:pk>"

urlpatterns: list[URLPattern] = [
    path(f"{_ROOT}/", staff_concepts.StaffConceptList.as_view(), name="staff_concept_list"),
    path(f"{_ROOT}/neu/", staff_concepts.StaffConceptAdd.as_view(), name="staff_concept_add"),
    path(f"{_ROOT}/<int:pk>/", staff_concepts.StaffConceptDetail.as_view(), name="staff_concept_detail"),
    path(f"{_ROOT}/<int:pk>/bearbeiten/", staff_concepts.StaffConceptEdit.as_view(), name="staff_concept_edit"),
    path(f"{_ROOT}/<int:concept_pk>/bilder/", staff_images.StaffImageList.as_view(), name="staff_image_list"),
    path(f"{_ROOT}/<int:concept_pk>/bilder/neu/", staff_images.StaffImageAdd.as_view(), name="staff_image_add"),
    # Versions
    path(f"{_ROOT}/<int:pk>/vergleich/", comparing.StaffVersionCompare.as_view(), name="staff_version_compare"),
    path(
        f"{_ROOT}/<int:pk>/vergleich/<int:old>-<int:new>/synopse.pdf",
        comparing.staff_synopsis_file,
        name="staff_synopsis_file",
    ),
    path(f"{_VERSION}/", staff_versions.StaffVersionDetail.as_view(), name="staff_version_detail"),
    path(f"{_VERSION}/bearbeiten/", staff_versions.StaffVersionEdit.as_view(), name="staff_version_edit"),
    path(f"{_VERSION}/vorschau.pdf", staff_versions.StaffVersionPreview.as_view(), name="staff_version_preview"),
    path(f"{_VERSION}/abschliessen/", staff_versions.StaffVersionFreeze.as_view(), name="staff_version_freeze"),
    path(f"{_VERSION}/fortschreiben/", staff_versions.StaffVersionNext.as_view(), name="staff_version_next"),
    path(f"{_VERSION}/verwerfen/", staff_versions.StaffVersionDiscard.as_view(), name="staff_version_discard"),
    path(f"{_VERSION}/ersetzen/", staff_replacing.StaffReplace.as_view(), name="staff_replace"),
    path(
        f"{_VERSION}/ersetzen/<uuid:key>/rueckgaengig/",
        staff_replacing.StaffReplaceUndo.as_view(),
        name="staff_replace_undo",
    ),
    # Word files
    path(f"{_VERSION}/entwurf.docx", staff_word.StaffWordDraft.as_view(), name="word_draft"),
    path(f"{_VERSION}/word/", staff_word.StaffWordAdd.as_view(), name="word_add"),
    path(f"{_WORD}/", staff_word.StaffWordImport.as_view(), name="word_import"),
    path(f"{_WORD}/rueckgaengig/", staff_word.StaffWordUndo.as_view(), name="word_undo"),
    path(f"{_WORD}/verwerfen/", staff_word.StaffWordDiscard.as_view(), name="word_discard"),
    path(f"{_WORD}/bilder/<uuid:uuid>/", staff_word.StaffWordPicture.as_view(), name="word_picture"),
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
    # Writing together
    path(f"{_SECTION}/anwesend/", drafting.StaffSectionSign.as_view(), name="staff_section_sign"),
    path(f"{_SECTION}/notizen/", drafting.StaffNoteList.as_view(), name="staff_note_list"),
    path(f"{_ROOT}/notizen/<int:pk>/erledigt/", drafting.StaffNoteMark.as_view(), name="staff_note_mark"),
    path(f"{_ROOT}/vorlagen/", drafting.StaffTemplateList.as_view(), name="staff_template_list"),
    path(f"{_ROOT}/vorlagen/neu/", drafting.StaffTemplateEdit.as_view(), name="staff_template_add"),
    path(f"{_ROOT}/vorlagen/<int:pk>/", drafting.StaffTemplateEdit.as_view(), name="staff_template_edit"),
    path(f"{_ROOT}/vorlagen/<int:pk>/loeschen/", drafting.StaffTemplateDelete.as_view(), name="staff_template_delete"),
    # Handlungsfelder
    path(
        f"{_ROOT}/fassungen/<int:version_pk>/handlungsfelder/neu/",
        staff_action_areas.StaffActionAreaAdd.as_view(),
        name="staff_action_area_add",
    ),
    path(f"{_AREA}/", staff_action_areas.StaffActionAreaEdit.as_view(), name="staff_action_area_edit"),
    path(f"{_AREA}/verschieben/", staff_action_areas.StaffActionAreaMove.as_view(), name="staff_action_area_move"),
    path(f"{_AREA}/loeschen/", staff_action_areas.StaffActionAreaDelete.as_view(), name="staff_action_area_delete"),
    # Sources
    path(
        f"{_ROOT}/fassungen/<int:version_pk>/quellen/",
        staff_sources.StaffSourceList.as_view(),
        name="staff_source_list",
    ),
    path(
        f"{_ROOT}/fassungen/<int:version_pk>/quellen/neu/",
        staff_sources.StaffSourceAdd.as_view(),
        name="staff_source_add",
    ),
    path(f"{_SOURCE}/", staff_sources.StaffSourceEdit.as_view(), name="staff_source_edit"),
    path(f"{_SOURCE}/loeschen/", staff_sources.StaffSourceDelete.as_view(), name="staff_source_delete"),
    # Measures
    path(f"{_MEASURES}/", measures.measure_list, name="measure_list"),
    path(f"{_MEASURES}/neu/", measures.measure_add, name="measure_add"),
    path(f"{_MEASURE}/", measure_detail.MeasureDetail.as_view(), name="measure_detail"),
    path(f"{_MEASURE}/bearbeiten/", measures.measure_edit, name="measure_edit"),
    path(f"{_MEASURE}/loeschen/", measures.measure_delete, name="measure_delete"),
    path(f"{_MEASURE}/verschieben/", measure_board.measure_move, name="measure_move"),
    path(f"{_MEASURE}/auswaehlen/", measures.measure_select, name="measure_select"),
    path(f"{_MEASURE}/schritte/", measure_parts.measure_steps, name="measure_steps"),
    path(f"{_MEASURES}/schritt/<int:pk>/", measure_parts.step_mark, name="step_mark"),
    path(f"{_MEASURE}/kennzahlen/", measure_parts.measure_indicators, name="measure_indicators"),
    path(f"{_MEASURES}/kennzahl/<int:pk>/", measure_parts.indicator_count, name="indicator_count"),
    path(f"{_MEASURES}/wert/<int:pk>/loeschen/", measure_parts.indicator_value_remove, name="indicator_value_remove"),
    path(f"{_MEASURE}/stand/", measure_parts.note_add, name="note_add"),
    path(f"{_MEASURES}/stand/<int:pk>/", measure_parts.note_edit, name="note_edit"),
    path(f"{_MEASURE}/verknuepfungen/", measure_parts.measure_links, name="measure_links"),
    path(f"{_MEASURES}/vorlage.xlsx", measure_tables.measure_template, name="measure_template"),
    path(f"{_MEASURES}/massnahmen.<str:extension>", measure_tables.measure_export, name="measure_export"),
    path(f"{_MEASURES}/einlesen/", measure_tables.measure_table_list, name="measure_table_list"),
    path(f"{_MEASURES}/einlesen/<uuid:key>/", measure_tables.measure_table, name="measure_table"),
    path(f"{_MEASURES}/einlesen/<uuid:key>/uebernehmen/", measure_tables.measure_table_take, name="measure_table_take"),
    path(
        f"{_MEASURES}/einlesen/<uuid:key>/verwerfen/",
        measure_tables.measure_table_discard,
        name="measure_table_discard",
    ),
    path(f"{_MEASURES}/papiere/", papers.paper_list, name="paper_list"),
    path(f"{_MEASURES}/papiere/<uuid:key>/", papers.paper_detail, name="paper_detail"),
    path(f"{_MEASURES}/papiere/<uuid:key>/papier.pdf", papers.paper_file, name="paper_file"),
    # Focus periods
    path(f"{_PERIODS}/", periods.PeriodList.as_view(), name="period_list"),
    path(f"{_PERIODS}/neu/", periods.period_add, name="period_add"),
    path(f"{_PERIOD}/", periods.PeriodDetail.as_view(), name="period_detail"),
    path(f"{_PERIOD}/bearbeiten/", periods.period_edit, name="period_edit"),
    path(f"{_PERIOD}/beenden/", periods.period_end, name="period_end"),
    path(f"{_PERIOD}/verwerfen/", periods.period_discard, name="period_discard"),
    path(f"{_PERIODS}/<int:period_pk>/schwerpunkte/neu/", periods.focus_add, name="focus_add"),
    path(f"{_FOCUS}/", periods.focus_edit, name="focus_edit"),
    path(f"{_FOCUS}/loeschen/", periods.focus_remove, name="focus_remove"),
]
