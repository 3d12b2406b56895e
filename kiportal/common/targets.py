"""Rows that point at a record of any kind (content type and whole number): links, proposals, Verlauf, follow-ups.

The database holds no foreign key for them, so whoever erases or merges a record walks these models.
"""

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


def pointing_models() -> list[type[models.Model]]:
    """Every model with a field `target`."""
    return [
        model
        for model in apps.get_models()
        if any(isinstance(field, GenericForeignKey) and field.name == "target" for field in model._meta.private_fields)
    ]


def pointing_at(holder: type[models.Model], model: type[models.Model]) -> models.QuerySet:
    """The holder's rows that point at records of the model."""
    return holder._base_manager.filter(target_type=ContentType.objects.get_for_model(model))
