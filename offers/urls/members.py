"""Workspace of people who act for an organisation: its entries, its data, its people."""

from django.urls import path

from offers.views import member_offers

urlpatterns = [
    path("arbeitsplatz/eigene-angebote/neu/", member_offers.member_offer_add, name="member_offer_add"),
    path("arbeitsplatz/eigene-angebote/<int:pk>/", member_offers.member_offer_detail, name="member_offer_detail"),
    path("arbeitsplatz/eigene-angebote/<int:pk>/aendern/", member_offers.member_offer_edit, name="member_offer_edit"),
    path(
        "arbeitsplatz/eigene-angebote/<int:pk>/<slug:step>/", member_offers.member_offer_step, name="member_offer_step"
    ),
]
