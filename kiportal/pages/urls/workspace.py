"""Workspace pages of this room."""

from django.conf import settings
from django.urls import path

from kiportal.pages.views import barriers, mailbox, workspace

urlpatterns = [
    path("arbeitsplatz/", workspace.home, name="workspace_home"),
    path("arbeitsplatz/barrieren/", barriers.BarrierReportList.as_view(), name="barrier_list"),
    path("arbeitsplatz/barrieren/<int:pk>/", barriers.detail, name="barrier_detail"),
]

if settings.KIPORTAL_DEMO:
    urlpatterns += [
        path("arbeitsplatz/postfach/", mailbox.mailbox_list, name="mailbox_list"),
        path("arbeitsplatz/postfach/<str:name>/", mailbox.mailbox_detail, name="mailbox_detail"),
        path("arbeitsplatz/postfach/<str:name>/html/", mailbox.mailbox_html, name="mailbox_html"),
    ]
