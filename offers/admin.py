"""Reference data of offers. The offers themselves are edited in the workspace."""

from django.contrib import admin

from kiportal.common.reference_admin import TranslatedNameAdmin
from offers.models import OfferType, Programme, ReasonTemplate, TargetGroup, Topic


@admin.register(Topic)
class TopicAdmin(TranslatedNameAdmin):
    list_display = ("name", "slug", "strand", "sort_order")
    list_filter = ("strand",)


@admin.register(TargetGroup)
class TargetGroupAdmin(TranslatedNameAdmin):
    list_display = ("name", "slug", "audience", "sort_order")
    list_filter = ("audience",)


@admin.register(OfferType)
class OfferTypeAdmin(TranslatedNameAdmin):
    list_display = ("name", "slug", "has_schedule", "has_opening_hours", "has_participants", "sort_order")


@admin.register(Programme)
class ProgrammeAdmin(TranslatedNameAdmin):
    list_display = ("name", "slug", "strand", "state", "sort_order")
    list_filter = ("state", "strand")


@admin.register(ReasonTemplate)
class ReasonTemplateAdmin(admin.ModelAdmin):
    list_display = ("label", "verb", "sort_order")
    list_filter = ("verb",)
    search_fields = ("label", "text")
    prepopulated_fields = {"slug": ("label",)}
