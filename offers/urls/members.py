"""Workspace of people who act for an organisation: its entries, its people, and for a Kommune what is in its place."""

from django.urls import path

from offers.views import local, member_access, member_contacts, member_offers, member_profile, survey_answers

_ORGANISATION = "arbeitsplatz/organisationen/<int:organisation_pk>/zugaenge"
_PROFILE = "arbeitsplatz/organisationen/<int:organisation_pk>/profil"
_KOMMUNE = "arbeitsplatz/kommune/<slug:slug>"

urlpatterns = [
    path("arbeitsplatz/kommune/", local.local_home, name="local_home"),
    path(f"{_KOMMUNE}/", local.local_offer_list, name="local_offer_list"),
    path(f"{_KOMMUNE}/<int:pk>/", local.local_offer_detail, name="local_offer_detail"),
    path(f"{_KOMMUNE}/<int:pk>/hinweis/", local.local_hint_add, name="local_hint_add"),
    path(f"{_KOMMUNE}/hinweise/", local.local_hint_list, name="local_hint_list"),
    path(f"{_KOMMUNE}/fehlt/", local.local_gap_list, name="local_gap_list"),
    path(f"{_KOMMUNE}/fehlt/melden/", local.local_need_add, name="local_need_add"),
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
    path(f"{_PROFILE}/", member_profile.member_profile, name="member_profile"),
    path(f"{_PROFILE}/aendern/", member_profile.member_profile_edit, name="member_profile_edit"),
    path(f"{_PROFILE}/kontakte/neu/", member_contacts.member_contact_add, name="member_contact_add"),
    path(f"{_PROFILE}/kontakte/<int:pk>/", member_contacts.member_contact_edit, name="member_contact_edit"),
    path(f"{_PROFILE}/kontakte/<int:pk>/schritt/", member_contacts.member_contact_step, name="member_contact_step"),
    path(f"{_ORGANISATION}/", member_access.member_access, name="member_access"),
    path(f"{_ORGANISATION}/<int:pk>/entziehen/", member_access.member_access_take, name="member_access_take"),
    path(f"{_ORGANISATION}/uebergeben/", member_access.member_access_hand_over, name="member_access_hand_over"),
]
