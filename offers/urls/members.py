"""Workspace of people who act for an organisation: its entries, its data, its people."""

from django.urls import path

from offers.views import member_access, member_contacts, member_offers, member_profile

_ORGANISATION = "arbeitsplatz/organisationen/<int:organisation_pk>/zugaenge"
_PROFILE = "arbeitsplatz/organisationen/<int:organisation_pk>/profil"

urlpatterns = [
    path("arbeitsplatz/eigene-angebote/neu/", member_offers.member_offer_add, name="member_offer_add"),
    path("arbeitsplatz/eigene-angebote/<int:pk>/", member_offers.member_offer_detail, name="member_offer_detail"),
    path("arbeitsplatz/eigene-angebote/<int:pk>/aendern/", member_offers.member_offer_edit, name="member_offer_edit"),
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
