"""Which offers a process has to look at again (`offers.counting`)."""

from typing import Any

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class TransactionNumber(models.Field):
    """PostgreSQL's xid8: the number of a transaction, which never comes again."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Touched(models.Model):
    """A change that triggers of the database noted (migration 0001), whoever made it: a form, an import, the admin.

    `offer` is a key; empty stands for everything: many at once, or what offers refer to. Readers ask for what their
    last look could not see yet, by the number of the transaction that wrote it. So nothing is missed when transactions
    end in another order than they began, and writers never wait for each other.
    """

    offer = models.BigIntegerField(null=True)
    xid = TransactionNumber(db_default=Func(function="pg_current_xact_id"), db_index=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "Merker eines geänderten Eintrags"
        verbose_name_plural = "Merker geänderter Einträge"

    def __str__(self) -> str:
        return str(self.offer or "alle")
