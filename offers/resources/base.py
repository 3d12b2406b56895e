"""The columns of a table, declared with django-import-export: each joins a heading, a value of the model and a cell.

The library's own engine saves row by row; ours fills a preview that people decide on, and then writes in bulk
(`preview`, `offers.lifecycle.imports`). What it declares (Meta, Field, Widget) is used as it is meant.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils import translation
from import_export.fields import Field
from import_export.resources import ModelResource

from kiportal.common.richtext import RichTextField
from kiportal.common.text import fold
from offers.resources import cells, places
from offers.resources.lookups import Lookups


class Column(Field):
    """`readonly` columns are written and never read."""

    widget: cells.Cell
    column_name: str

    def value(self, record: models.Model) -> Any:
        return self.get_value(record)

    def text(self, record: models.Model) -> str:
        return self.widget.render(self.get_value(record))


class Stated(cells.Cell):
    """The label of a status: read by people, never changed by a table."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(dict(self.field.flatchoices).get(value, "")) if self.field is not None else ""


class TableResource(ModelResource):
    """Columns in the order of `Meta.fields`, under the German names of the fields unless `HEADERS` says otherwise."""

    fields: dict[str, Column]
    HEADERS: ClassVar[dict[str, str]] = {}
    # Other headings under which people keep the same, in lower case.
    ALIASES: ClassVar[dict[str, tuple[str, ...]]] = {}
    READONLY: ClassVar[frozenset[str]] = frozenset()
    # What a new record cannot do without; `WITH_DEFAULT` may be said once for a whole file.
    REQUIRED: ClassVar[tuple[str, ...]] = ()
    WITH_DEFAULT: ClassVar[tuple[str, ...]] = ()
    # {a column and the relation that the same column of a file may give}: "Stadt" is part of the address and a Kommune.
    BOTH: ClassVar[dict[str, str]] = {}
    # The column whose names people may write otherwise than we do: whom they mean is asked once for a file.
    NAMED: ClassVar[str] = ""
    # {a column: the one without which it says nothing}: it fills a gap only where that one is empty, too.
    TOGETHER: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        with translation.override("de"):
            super().__init__()
            self.lookups = Lookups()
            self.fields = {name: self.column(name) for name in self._meta.fields}

    def column(self, name: str) -> Column:
        field: Any = self._meta.model._meta.get_field(name)
        is_many = isinstance(field, models.ManyToManyField)
        return Column(
            attribute=name if is_many else field.attname,
            column_name=self.HEADERS.get(name) or str(field.verbose_name),
            widget=self.cell(name, field),
            readonly=name in self.READONLY,
        )

    def cell(self, name: str, field: Any) -> cells.Cell:  # noqa: C901, PLR0912  (one line a kind)
        match field:
            case _ if name == "status":
                return Stated(field)
            case models.ManyToManyField():
                return cells.RelationsCell(field, lambda: self.lookups.names(field.related_model))
            case models.ForeignKey():
                return cells.RelationCell(field, lambda: self.lookups.names(field.related_model))
            case RichTextField():
                return cells.RichCell(field)
            case models.UUIDField():
                return cells.KeyCell()
            case models.BooleanField():
                return cells.YesNoCell(field)
            case models.DateField():
                return cells.DateCell(field)
            case _ if name in {"latitude", "longitude"}:
                return cells.DegreesCell(field)
            case models.DecimalField():
                return cells.MoneyCell(field)
            case models.IntegerField():
                return cells.NumberCell(field)
            case models.URLField():
                return cells.LinkCell(field)
            case _ if field.choices:
                return cells.ChoiceCell(field)
            case _ if name == "postcode":
                return cells.PostcodeCell(field)
            case _:
                return cells.Cell(field)

    @property
    def headers(self) -> list[str]:
        return [column.column_name for column in self.fields.values()]

    def texts(self, record: models.Model) -> list[str]:
        return [column.widget.render(column.get_value(record)) for column in self.fields.values()]

    def writable(self) -> dict[str, Column]:
        return {name: column for name, column in self.fields.items() if not column.readonly}

    def names_of_headers(self) -> dict[str, str]:
        """{heading in lower case: name of the column}"""
        return {fold(column.column_name): name for name, column in self.fields.items()}

    def targets(self) -> dict[str, str]:
        """What a column of a file may mean: {name of one column of ours, or of two joined by "+": label}"""
        labels = {name: column.column_name for name, column in self.writable().items()}
        both = {f"{name}+{other}": f"{labels[name]} und {labels[other]}" for name, other in self.BOTH.items()}
        return labels | both

    def prepared(self, cells: dict[str, str]) -> dict[str, str]:
        """The cells of a row, with what people write in one column and mean in another put there."""
        return places.prepared(cells)

    def follow(self, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The values that new ones leave without a meaning, and so take away or set; `record` has the old ones."""
        return {}

    def problems(self, record: Any, values: dict[str, Any]) -> Iterable[str]:
        """Sentences about values that do not go together; `record` has the new ones already."""
        return ()

    def rows(self) -> models.QuerySet[Any]:
        """All that the columns of a record need, in a constant number of queries."""
        raise NotImplementedError

    def known(self) -> models.QuerySet[Any]:
        """The records that a table may change."""
        raise NotImplementedError
