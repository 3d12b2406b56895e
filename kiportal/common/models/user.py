"""The account. Roles are groups (`common/roles.py`); there is no superuser in normal use."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def unused_since(self, moment: datetime) -> "UserQuerySet":
        """Accounts with no sign-in since then. Those of the administration stay: somebody has to let people in."""
        last_seen = Coalesce("last_login", "date_joined")
        return self.alias(last_seen=last_seen).filter(last_seen__lt=moment).exclude(groups__name="admin")

    def holding(self, permission: str) -> "UserQuerySet":
        """Active accounts whose role has that permission ("offers.review_offer")."""
        room, codename = permission.split(".")
        groups = {
            "groups__permissions__content_type__app_label": room,
            "groups__permissions__codename": codename,
        }
        return self.filter(**groups, is_active=True).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    def create_user(self, username: str, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(_("Anmeldename"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(_("E-Mail-Adresse"))
    first_name = models.CharField(_("Vorname"), max_length=150, blank=True)
    last_name = models.CharField(_("Nachname"), max_length=150, blank=True)
    is_active = models.BooleanField(
        _("aktiv"), default=True, help_text=_("Ein abgeschaltetes Konto kann sich nicht mehr anmelden.")
    )
    date_joined = models.DateTimeField(_("angelegt am"), default=timezone.now, editable=False)

    inactivity_notice_at = models.DateTimeField(_("an lange Untätigkeit erinnert am"), null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("Konto")
        verbose_name_plural = _("Konten")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="common_user_email_unique",
                violation_error_message=_("Mit dieser E-Mail-Adresse gibt es schon ein Konto."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="common_user_username_unique",
                violation_error_message=_("Diesen Anmeldenamen gibt es schon."),
            ),
        ]
        permissions = [
            ("use_workspace", "Darf den Arbeitsplatz öffnen"),
            ("use_admin", "Darf die Verwaltung (Django admin) öffnen"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    def get_short_name(self) -> str:
        return self.first_name or self.username

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin opens, which only the role `admin` may."""
        return self.is_active and self.has_perm("common.use_admin")

    @cached_property
    def roles(self) -> frozenset[str]:
        """The slugs of the roles held, e.g. {"editor"}."""
        return frozenset(self.groups.values_list("name", flat=True))
