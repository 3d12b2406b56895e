"""What everybody may read, once the head has published it."""

from django.urls import path

from funding.views import summaries

urlpatterns = [path("ueber-uns/stellen-und-foerderung/", summaries.public_summary, name="public_summary")]
