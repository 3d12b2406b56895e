"""Workspace of people who act for an organisation: its entries, its data, its people."""

from django.urls import path

from offers.views import member_access, member_offers, survey_answers

_ORGANISATION = "arbeitsplatz/organisationen/<int:organisation_pk>/zugaenge"

urlpatterns = [
    path("arbeitsplatz/eigene-angebote/neu/", member_offers.member_offer_add, name="member_offer_add"),
    path("arbeitsplatz/bestandsaufnahme/<int:pk>/", survey_answers.member_survey, name="member_survey"),
    path(
        "arbeitsplatz/bestandsaufnahme/<int:pk>/<int:offer_pk>/",
        survey_answers.member_survey_edit,
        name="member_survey_edit",
    ),
    path("arbeitsplatz/eigene-angebote/<int:pk>/", member_offers.member_offer_detail, name="member_offer_detail"),
    path("arbeitsplatz/eigene-angebote/<int:pk>/aendern/", member_offers.member_offer_edit, name="member_offer_edit"),
    path(
        "arbeitsplatz/eigene-angebote/<int:pk>/bilder-aendern/",
        member_offers.member_offer_pictures,
        name="member_offer_pictures",
    ),
    path(
        "arbeitsplatz/eigene-angebote/<int:pk>/<slug:step>/", member_offers.member_offer_step, name="member_offer_step"
    ),
    path(f"{_ORGANISATION}/", member_access.member_access, name="member_access"),
    path(f"{_ORGANISATION}/<int:pk>/entziehen/", member_access.member_access_take, name="member_access_take"),
    path(f"{_ORGANISATION}/uebergeben/", member_access.member_access_hand_over, name="member_access_hand_over"),
]
