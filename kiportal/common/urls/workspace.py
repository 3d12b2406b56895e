"""Addresses of the workspace that belong to no room in particular."""

from django.urls import path

from kiportal.common.views import jobs

urlpatterns = [
    path("arbeitsplatz/auftraege/", jobs.JobList.as_view(), name="job_list"),
    path("arbeitsplatz/auftraege/<uuid:pk>/", jobs.JobDetail.as_view(), name="job_detail"),
    path("arbeitsplatz/auftraege/<uuid:pk>/noch-einmal/", jobs.job_retry, name="job_retry"),
]
