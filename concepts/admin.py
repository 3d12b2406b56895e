"""Reference data of this room; concepts, measures and periods are edited in the workspace."""

from django.contrib import admin

from concepts.models import PeriodRule


@admin.register(PeriodRule)
class PeriodRuleAdmin(admin.ModelAdmin):
    list_display = ("valid_from", "months", "source")
