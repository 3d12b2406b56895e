"""Reference data of offers. The offers themselves are edited in the workspace."""

from typing import Any

from django.contrib import admin
from django.db import transaction

from kiportal.common.reference_admin import TranslatedNameAdmin
from offers import school_holidays
from offers.models import OfferType, Programme, ReasonTemplate, SchoolHoliday, TargetGroup, Topic


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


@admin.register(SchoolHoliday)
class SchoolHolidayAdmin(admin.ModelAdmin):
    """What changes here moves the dates of recurring offers: a job makes them anew."""

    list_display = ("name", "first_day", "last_day")

    @transaction.atomic
    def save_model(self, request: Any, obj: SchoolHoliday, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        school_holidays.changed(by=request.user)

    @transaction.atomic
    def delete_model(self, request: Any, obj: SchoolHoliday) -> None:
        super().delete_model(request, obj)
        school_holidays.changed(by=request.user)

    @transaction.atomic
    def delete_queryset(self, request: Any, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        school_holidays.changed(by=request.user)
