"""Start page and the duty pages of a public body."""

from django.urls import path

from kiportal.common.models import CentreText
from kiportal.pages.views import barriers, duties, start

_P = CentreText.Page

urlpatterns = [
    path("", start.start, name="start"),
    path("ueber-uns/", duties.about, name="about"),
    path("kontakt/", duties.contact, name="contact"),
    path("impressum/", duties.text, {"page": _P.IMPRINT}, name="imprint"),
    path("datenschutz/", duties.text, {"page": _P.PRIVACY}, name="privacy"),
    path("barrierefreiheit/", duties.accessibility, name="accessibility"),
    path("leichte-sprache/", duties.text, {"page": _P.EASY_LANGUAGE}, name="easy_language"),
    path("gebaerdensprache/", duties.text, {"page": _P.SIGN_LANGUAGE}, name="sign_language"),
    path("barriere-melden/", barriers.BarrierReportCreate.as_view(), name="barrier_report"),
    path("barriere-melden/danke/<uuid:key>/", barriers.thanks, name="barrier_thanks"),
]
