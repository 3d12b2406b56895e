"""Accounts, roles, the centre and its texts."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import HttpRequest

from kiportal.common.invitations import invite, keep_address
from kiportal.common.models import Centre, CentreText, User
from kiportal.common.roles import ROLE_NAMES


def _acting(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (nobody else gets into the admin)
    return request.user


class RoleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Group) -> str:
        return ROLE_NAMES.get(obj.name, obj.name)


class UserForm(forms.ModelForm):
    groups = RoleField(
        Group.objects.order_by("name"),
        label="Rollen",
        widget=forms.CheckboxSelectMultiple,
        help_text="Was ein Konto darf, folgt allein aus seinen Rollen.",
    )

    class Meta:
        model = User
        fields = ("username", "email", "first_name", "last_name", "groups", "is_active")


class RoleFilter(admin.SimpleListFilter):
    title = "Rolle"
    parameter_name = "rolle"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ROLE_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[User]) -> models.QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Nobody types a password for somebody else: a new account gets a mail with a link instead."""

    form = UserForm
    list_display = ("username", "full_name", "email", "role_names", "is_active", "last_login")
    list_filter = ("is_active", RoleFilter)
    search_fields = ("username", "email", "first_name", "last_name")
    actions = ("send_invitation",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="Rollen")
    def role_names(self, user: User) -> str:
        return ", ".join(ROLE_NAMES.get(group.name, group.name) for group in user.groups.all())

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.email = obj.email.lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        keep_address(obj)
        if not change:
            invite(obj, by=_acting(request))
            messages.info(request, f"Eine Einladung geht gleich an {obj.email}.")

    @admin.action(description="Einladung noch einmal schicken", permissions=["change"])
    def send_invitation(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        users = list(queryset.filter(is_active=True))
        for user in users:
            invite(user, by=_acting(request))
        messages.info(request, f"Einladungen gehen gleich hinaus: {len(users)}.")


# Importing GroupAdmin has registered Django's own.
admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Roles come from `common.roles`; here one can only read them."""

    list_display = ("role_name", "accounts")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Group]:
        return super().get_queryset(request).annotate(number=models.Count("user"))

    @admin.display(description="Rolle", ordering="name")
    def role_name(self, group: Group) -> str:
        return ROLE_NAMES.get(group.name, group.name)

    @admin.display(description="Konten")
    def accounts(self, group: Group) -> int:
        return group.number  # type: ignore[attr-defined]


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    """One row, made by `setup_centre`."""

    list_display = ("name", "county_name", "email", "phone")
    fieldsets = (
        (None, {"fields": ("name", "short_name", "county_name", "county_ags", "seat")}),
        (
            "Erreichbar unter",
            {"fields": ("street", "postcode", "city", "phone", "email", "website", "opening_hours")},
        ),
        ("Impressum", {"fields": ("represented_by", "supervisory_authority")}),
        ("Aussehen", {"fields": ("accent", "logo", "logo_alternative")}),
        ("Regeln", {"fields": ("freshness_months", "hiding_months", "review_days")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Centre | None = None) -> bool:
        return False


@admin.register(CentreText)
class CentreTextAdmin(admin.ModelAdmin):
    list_display = ("page", "language", "title", "reviewed_on")
    list_filter = ("language",)
    fields = (("page", "language"), "title", "body", "reviewed_on")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            return forms.ChoiceField(label="Sprache", choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
