"""Public addresses of this room. Fixed paths stand before those with a slug (`lifecycle.RESERVED_SLUGS`)."""

from django.urls import path

from offers.views import (
    alike,
    brochures,
    calendars,
    care,
    care_all,
    confirmation,
    dates,
    feeds,
    offer_detail,
    offer_list,
    organisations,
    pictures,
    preview,
    programmes,
    public_help,
    qr_codes,
    submission,
    survey_answers,
)

urlpatterns = [
    path("angebote/", offer_list.OfferList.as_view(), name="offer_list"),
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
    path("angebote/feed/", feeds.offer_feed, name="offer_feed"),
    path("angebote/wegweiser/", brochures.BrochureOrder.as_view(), name="brochure_order"),
    path("angebote/wegweiser/<uuid:key>/", brochures.brochure_detail, name="brochure_detail"),
    path("angebote/wegweiser/<uuid:key>/wegweiser.pdf", brochures.brochure_file, name="brochure_file"),
    path("angebote/fehlt/", public_help.NeedCreate.as_view(), name="need_add"),
    path("angebote/fehlt/<uuid:key>/", public_help.need_thanks, name="need_thanks"),
    path("angebote/hinweis/<uuid:key>/", public_help.hint_thanks, name="hint_thanks"),
    path("angebote/<slug:slug>/hinweis/", public_help.HintCreate.as_view(), name="offer_hint"),
    path("angebote/<slug:slug>/termine.ics", calendars.offer_calendar, name="offer_calendar"),
    path("angebote/<slug:slug>/qr-code/", qr_codes.offer_code, name="offer_code"),
    path("angebote/<slug:slug>/qr.svg", qr_codes.offer_code_svg, name="offer_code_svg"),
    path("angebote/<slug:slug>/qr.png", qr_codes.offer_code_png, name="offer_code_png"),
    path("angebote/<slug:slug>/", offer_detail.offer_detail, name="offer_detail"),
    path("termine/termine.ics", calendars.date_calendar, name="date_calendar"),
    path("termine/", dates.DateList.as_view(), name="date_list"),
    path("akteure/", organisations.OrganisationList.as_view(), name="organisation_list"),
    path(
        "akteure/<slug:slug>/hinweis/", public_help.HintCreate.as_view(field="organisation"), name="organisation_hint"
    ),
    path("akteure/<slug:slug>/", organisations.OrganisationDetail.as_view(), name="organisation_detail"),
    path("programme/", programmes.ProgrammeList.as_view(), name="programme_list"),
    path("programme/<slug:slug>/", programmes.ProgrammeDetail.as_view(), name="programme_detail"),
]
