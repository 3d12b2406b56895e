"""Public addresses of this room. Fixed paths stand before those with a slug (`lifecycle.RESERVED_SLUGS`)."""

from django.urls import path

from offers.views import (
    alike,
    care,
    care_all,
    confirmation,
    data_files,
    dates,
    offer_detail,
    offer_list,
    organisations,
    pictures,
    preview,
    programmes,
    public_help,
    submission,
    survey_answers,
)

urlpatterns = [
    path("angebote/", offer_list.OfferList.as_view(), name="offer_list"),
    path("angebote/export/angebote.<slug:extension>", data_files.offer_export, name="offer_export"),
    path("angebote/melden/", submission.submission_start, name="submission_start"),
    path("angebote/melden/geloescht/", submission.submission_discarded, name="submission_discarded"),
    path("angebote/melden/<str:token>/", submission.submission_resume, name="submission_resume"),
    path("angebote/melden/<str:token>/loeschen/", submission.submission_discard, name="submission_discard"),
    path("angebote/melden/<str:token>/<slug:step>/", submission.submission_step, name="submission_step"),
    path("angebote/bestaetigen/<str:token>/", confirmation.submission_confirm, name="submission_confirm"),
    path("angebote/pflege/organisation/<str:token>/", care_all.care_all, name="care_all"),
    path("angebote/pflege/organisation/<str:token>/<int:pk>/", care_all.care_all_edit, name="care_all_edit"),
    path(
        "angebote/pflege/organisation/<str:token>/<int:pk>/bilder/",
        care_all.care_all_pictures,
        name="care_all_pictures",
    ),
    path("angebote/pflege/<str:token>/", care.care_detail, name="care_detail"),
    path("angebote/bestandsaufnahme/<str:token>/", survey_answers.survey_answer, name="survey_answer"),
    path(
        "angebote/bestandsaufnahme/<str:token>/<int:pk>/", survey_answers.survey_answer_edit, name="survey_answer_edit"
    ),
    path("angebote/aehnlich/", alike.public_alike, name="public_alike"),
    path("angebote/vorschau/<str:token>/", preview.offer_preview, name="offer_preview"),
    path("angebote/pflege/<str:token>/aendern/", care.care_edit, name="care_edit"),
    path("angebote/pflege/<str:token>/bilder/", care.care_pictures, name="care_pictures"),
    path("angebote/bilder/<uuid:uuid>/<str:size>.webp", pictures.offer_image, name="offer_image"),
    path("angebote/fehlt/", public_help.NeedCreate.as_view(), name="need_add"),
    path("angebote/fehlt/<uuid:key>/", public_help.need_thanks, name="need_thanks"),
    path("angebote/hinweis/<uuid:key>/", public_help.hint_thanks, name="hint_thanks"),
    path("angebote/<slug:slug>/hinweis/", public_help.HintCreate.as_view(), name="offer_hint"),
    path("angebote/<slug:slug>/", offer_detail.offer_detail, name="offer_detail"),
    path("termine/", dates.DateList.as_view(), name="date_list"),
    path("akteure/", organisations.OrganisationList.as_view(), name="organisation_list"),
    path(
        "akteure/<slug:slug>/hinweis/", public_help.HintCreate.as_view(field="organisation"), name="organisation_hint"
    ),
    path("akteure/<slug:slug>/", organisations.OrganisationDetail.as_view(), name="organisation_detail"),
    path("programme/", programmes.ProgrammeList.as_view(), name="programme_list"),
    path("programme/<slug:slug>/", programmes.ProgrammeDetail.as_view(), name="programme_detail"),
]
