"""Rows that belong to one row, read inside it: a page that shows six kinds of them asks once and not seven times."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model, QuerySet
from django.db.models.functions import JSONObject

_MARK = "inlined_"


def first_with[M: Model](owners: QuerySet[M], **rows: QuerySet[Any]) -> M | None:
    """The first owner with these rows of it, in their order, as if they had been prefetched: in one query.

    A name is that of a relation or, like `to_attr` of `Prefetch`, of an attribute that gets a list. The rows are tied
    to the owner by an `OuterRef`; relations of their own are read when somebody asks for them.
    """
    inside = {f"{_MARK}{name}": _as_json(queryset) for name, queryset in rows.items()}
    owner = owners.annotate(**inside).first()
    if owner is not None:
        for name, queryset in rows.items():
            _give(owner, name, queryset, owner.__dict__.pop(f"{_MARK}{name}"))
    return owner


def _as_json(rows: QuerySet[Any]) -> ArraySubquery:
    columns = {field.attname: field.attname for field in rows.model._meta.concrete_fields}
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


def _give(owner: Model, name: str, rows: QuerySet[Any], found: list[Mapping[str, Any]]) -> None:
    made = [_row(rows.model, values) for values in found]
    if not any(relation.name == name for relation in owner._meta.related_objects):
        setattr(owner, name, made)
        return
    prefetched = rows.none()
    prefetched._result_cache = made
    cast("dict[str, Any]", owner.__dict__.setdefault("_prefetched_objects_cache", {}))[name] = prefetched


def _row(model: type[Model], values: Mapping[str, Any]) -> Model:
    fields = model._meta.concrete_fields
    return model.from_db(
        None, [field.attname for field in fields], [_value(field, values[field.attname]) for field in fields]
    )


def _value(field: "Field[Any, Any]", value: Any) -> Any:
    """As the database would have given it without the way through JSON."""
    if isinstance(field, ArrayField) and value is not None:
        return [field.base_field.to_python(part) for part in value]
    return field.to_python(value)
