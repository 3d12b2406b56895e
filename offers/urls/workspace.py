"""Workspace of this room: review, offers, organisations."""

from django.urls import path

from offers.views import (
    alike,
    data,
    data_files,
    feedback,
    follow_ups,
    freshness,
    merging,
    proposals,
    recording,
    review,
    staff_offers,
    staff_organisations,
    staff_pictures,
    survey_answers,
    surveys,
)

_ORGANISATION = "arbeitsplatz/organisationen/<int:organisation_pk>"
_SURVEY = "arbeitsplatz/bestandsaufnahmen/<int:pk>"
_INVITATION = "arbeitsplatz/bestandsaufnahmen/anfragen/<int:pk>"

urlpatterns = [
    path("arbeitsplatz/rueckmeldungen/", feedback.feedback_list, name="feedback_list"),
    path("arbeitsplatz/rueckmeldungen/luecke/<int:pk>/", feedback.need_detail, name="need_detail"),
    path("arbeitsplatz/rueckmeldungen/hinweis/<int:pk>/", feedback.hint_detail, name="hint_detail"),
    path("arbeitsplatz/aktualitaet/", freshness.freshness_board, name="freshness_board"),
    path("arbeitsplatz/aktualitaet/adresse/", freshness.address_mark, name="address_mark"),
    path("arbeitsplatz/aktualitaet/adresse/<int:pk>/", freshness.address_clear, name="address_clear"),
    path("arbeitsplatz/aktualitaet/<int:pk>/fragen/", freshness.freshness_ask, name="freshness_ask"),
    path("arbeitsplatz/daten/", data.DataImportList.as_view(), name="data_list"),
    path("arbeitsplatz/daten/vorlage/<slug:kind>.xlsx", data_files.data_template, name="data_template"),
    path("arbeitsplatz/daten/export/<uuid:pk>/", data_files.data_export_state, name="data_export_state"),
    path("arbeitsplatz/daten/export/<uuid:pk>/datei.xlsx", data_files.data_export_file, name="data_export_file"),
    path("arbeitsplatz/daten/export/<slug:kind>.<slug:extension>", data_files.data_export, name="data_export"),
    path("arbeitsplatz/daten/<int:pk>/", data.data_detail, name="data_detail"),
    path("arbeitsplatz/daten/<int:pk>/spalten/", data.data_columns, name="data_columns"),
    path("arbeitsplatz/daten/<int:pk>/treffer/", data.data_match, name="data_match"),
    path("arbeitsplatz/daten/<int:pk>/importieren/", data.data_run, name="data_run"),
    path("arbeitsplatz/daten/<int:pk>/zuruecknehmen/", data.data_undo, name="data_undo"),
    path("arbeitsplatz/daten/<int:pk>/verwerfen/", data.data_discard, name="data_discard"),
    path("arbeitsplatz/bestandsaufnahmen/", surveys.SurveyList.as_view(), name="survey_list"),
    path("arbeitsplatz/bestandsaufnahmen/neu/", surveys.survey_add, name="survey_add"),
    path(f"{_SURVEY}/", surveys.SurveyDetail.as_view(), name="survey_detail"),
    path(f"{_SURVEY}/bearbeiten/", surveys.survey_edit, name="survey_edit"),
    path(f"{_SURVEY}/organisationen/", surveys.survey_choose, name="survey_choose"),
    path(f"{_SURVEY}/erinnern/", surveys.survey_remind, name="survey_remind"),
    path(f"{_SURVEY}/ergebnis/", surveys.survey_result, name="survey_result"),
    path(f"{_INVITATION}/", survey_answers.survey_on_phone, name="survey_on_phone"),
    path(f"{_INVITATION}/adresse/", surveys.invitation_address, name="invitation_address"),
    path(f"{_INVITATION}/schicken/", surveys.invitation_send, name="invitation_send"),
    path(f"{_INVITATION}/entfernen/", surveys.invitation_remove, name="invitation_remove"),
    path("arbeitsplatz/pruefung/", review.ReviewList.as_view(), name="review_list"),
    path("arbeitsplatz/pruefung/<int:pk>/", review.ReviewDetail.as_view(), name="review_detail"),
    path("arbeitsplatz/pruefung/<int:pk>/vorschau/", review.review_preview, name="review_preview"),
    path("arbeitsplatz/pruefung/zustaendig/<slug:kind>/<int:pk>/", review.review_assign, name="review_assign"),
    path("arbeitsplatz/pruefung/aenderung/<int:pk>/", proposals.ProposalDetail.as_view(), name="proposal_detail"),
    path("arbeitsplatz/zusammenfuehren/<slug:kind>/<int:pk>/", merging.merge_find, name="merge_find"),
    path(
        "arbeitsplatz/zusammenfuehren/<slug:kind>/<int:pk>/<int:other_pk>/", merging.merge_confirm, name="merge_confirm"
    ),
    path("arbeitsplatz/aehnlich/", alike.staff_alike, name="staff_alike"),
    path("arbeitsplatz/wiedervorlagen/", follow_ups.follow_up_list, name="follow_up_list"),
    path("arbeitsplatz/wiedervorlagen/neu/<slug:kind>/<int:pk>/", follow_ups.follow_up_add, name="follow_up_add"),
    path("arbeitsplatz/wiedervorlagen/<int:pk>/erledigt/", follow_ups.follow_up_done, name="follow_up_done"),
    path("arbeitsplatz/angebote/", staff_offers.StaffOfferList.as_view(), name="staff_offer_list"),
    path("arbeitsplatz/angebote/erfassen/", recording.RecordingAdd.as_view(), name="recording_add"),
    path(
        "arbeitsplatz/angebote/erfassen/organisation/", recording.recording_organisation, name="recording_organisation"
    ),
    path("arbeitsplatz/angebote/erfasst/", recording.RecordingList.as_view(), name="recording_list"),
    path("arbeitsplatz/angebote/erfasst/<int:pk>/", recording.RecordingEdit.as_view(), name="recording_edit"),
    path("arbeitsplatz/angebote/erfasst/<int:pk>/link/", recording.recording_link, name="recording_link"),
    path("arbeitsplatz/angebote/erfasst/<int:pk>/bestaetigt/", recording.recording_submit, name="recording_submit"),
    path("arbeitsplatz/angebote/erfasst/<int:pk>/loeschen/", recording.recording_discard, name="recording_discard"),
    path("arbeitsplatz/angebote/neu/", staff_offers.StaffOfferAdd.as_view(), name="staff_offer_add"),
    path("arbeitsplatz/angebote/<int:pk>/", staff_offers.StaffOfferDetail.as_view(), name="staff_offer_detail"),
    path("arbeitsplatz/angebote/<int:pk>/bearbeiten/", staff_offers.StaffOfferEdit.as_view(), name="staff_offer_edit"),
    path(
        "arbeitsplatz/angebote/<int:pk>/bilder/",
        staff_pictures.StaffOfferPictures.as_view(),
        name="staff_offer_pictures",
    ),
    path("arbeitsplatz/angebote/<int:pk>/vermerk/", staff_offers.staff_offer_note, name="staff_offer_note"),
    path(
        "arbeitsplatz/angebote/<int:pk>/pflege-link/",
        staff_offers.staff_offer_care_link,
        name="staff_offer_care_link",
    ),
    path("arbeitsplatz/angebote/<int:pk>/bestaetigen/", staff_offers.offer_confirm, name="offer_confirm"),
    path(
        "arbeitsplatz/organisationen/",
        staff_organisations.StaffOrganisationList.as_view(),
        name="staff_organisation_list",
    ),
    path(
        "arbeitsplatz/organisationen/neu/",
        staff_organisations.StaffOrganisationAdd.as_view(),
        name="staff_organisation_add",
    ),
    path(
        "arbeitsplatz/organisationen/<int:pk>/",
        staff_organisations.StaffOrganisationDetail.as_view(),
        name="staff_organisation_detail",
    ),
    path(
        "arbeitsplatz/organisationen/<int:pk>/bearbeiten/",
        staff_organisations.StaffOrganisationEdit.as_view(),
        name="staff_organisation_edit",
    ),
    path(f"{_ORGANISATION}/kontakte/neu/", staff_organisations.StaffContactEdit.as_view(), name="staff_contact_add"),
    path(
        f"{_ORGANISATION}/kontakte/<int:pk>/",
        staff_organisations.StaffContactEdit.as_view(),
        name="staff_contact_edit",
    ),
    path(
        f"{_ORGANISATION}/kontakte/<int:pk>/widerruf/",
        staff_organisations.staff_consent_withdraw,
        name="staff_consent_withdraw",
    ),
]
