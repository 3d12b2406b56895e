"""Reference data of actors, and which account acts for whom."""

from django.contrib import admin

from actors.models import FunderNote, Language, Membership, Municipality, Organisation
from kiportal.common.reference_admin import TranslatedNameAdmin


@admin.register(Municipality)
class MunicipalityAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "ags", "tile_column", "tile_row")
    search_fields = ("name", "ags")


@admin.register(Language)
class LanguageAdmin(TranslatedNameAdmin):
    list_display = ("name", "endonym", "slug", "is_rtl", "sort_order")


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    """Read only: organisations are edited in the workspace. Here they are looked up for memberships."""

    list_display = ("name", "kind", "municipality", "status")
    list_select_related = ("municipality",)
    fields = ("name", "kind", "municipality", "status")
    search_fields = ("name", "short_name")


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organisation")
    list_select_related = ("user", "organisation")
    autocomplete_fields = ("user", "organisation")
    search_fields = ("user__username", "user__email", "organisation__name")


@admin.register(FunderNote)
class FunderNoteAdmin(admin.ModelAdmin):
    list_display = ("text", "valid_from", "valid_until", "sort_order")
