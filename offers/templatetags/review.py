"""Boxes beside a record in the workspace: who takes care of it, and when to look at it again."""

from typing import Any

from django import template
from django.db import models
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone

from kiportal.common import followed
from kiportal.common.models import FollowUp
from offers.forms.decisions import HandOverForm
from offers.review import assignment as assignments
from offers.review import records

register = template.Library()


@register.inclusion_tag("offers/_assignment.html", takes_context=True)
def assignment(context: Context, record: models.Model) -> dict[str, Any]:
    user, assignee = context["request"].user, assignments.assignee_of(record)
    return {
        "assignee": assignee,
        "is_mine": assignee == user,
        "form": HandOverForm(without=assignee),
        "url": reverse("offers:review_assign", args=[records.kind_of(record), record.pk]),
        "csrf_token": context["csrf_token"],
    }


@register.inclusion_tag("offers/_follow_ups.html", takes_context=True)
def follow_ups(context: Context, record: models.Model) -> dict[str, Any]:
    return {
        "entries": FollowUp.objects.for_target(record).open().select_related("for_user"),
        "today": timezone.localdate(),
        "add_url": reverse("offers:follow_up_add", args=[followed.kind_of(record).word, record.pk]),
        "csrf_token": context["csrf_token"],
    }
