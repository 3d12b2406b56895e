"""Write to the owners of accounts that `purge` will erase in a month (daily by beat, before `purge`)."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kiportal.common.jobs import enqueue
from kiportal.common.models import User
from kiportal.common.retention import NOTICE_DAYS, UNUSED


class Command(BaseCommand):
    help = "Remind the owners of accounts that nobody has used for a long time."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        erased_on = (timezone.localdate() + timedelta(days=NOTICE_DAYS)).isoformat()
        unused = User.objects.unused_since(now - UNUSED + timedelta(days=NOTICE_DAYS))
        # A notice from before the last sign-in is an old story.
        unreminded = Q(inactivity_notice_at=None) | Q(inactivity_notice_at__lt=F("last_login"))
        for user in unused.filter(unreminded).select_for_update(of=("self",)):
            user.inactivity_notice_at = now
            user.save(update_fields=["inactivity_notice_at"])
            title = f"E-Mail: Konto lange nicht benutzt – {user}"
            enqueue("common.send_unused_notice", user.pk, erased_on, title=title)
