"""Workspace pages of this room."""

from django.urls import path

from kiportal.pages.views import barriers

urlpatterns = [
    path("arbeitsplatz/barrieren/", barriers.BarrierReportList.as_view(), name="barrier_list"),
    path("arbeitsplatz/barrieren/<int:pk>/", barriers.detail, name="barrier_detail"),
]
