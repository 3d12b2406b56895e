"""Organisations that a table of offers names and nobody here has yet, made with it where somebody said so."""

from kiportal.common.text import fold
from offers.lifecycle import bulk_rows
from offers.models import DataImport, DataImportRow


def write_providers(held: DataImport) -> None:
    """Make those that a new row needs, as `proposed`, and note their keys."""
    names = {folded: said for folded, said in held.answers.get("names", {}).items() if isinstance(said, dict)}
    if not names:
        return
    new = held.rows.filter(outcome=DataImportRow.Outcome.NEW)
    used = {fold(text) for text in new.values_list("cells__provider", flat=True) if text}
    fresh = sorted(names.keys() & used)
    made = bulk_rows.add_organisations([names[folded] for folded in fresh])
    held.answers = held.answers | {"made": {folded: record.pk for folded, record in zip(fresh, made, strict=True)}}
    held.save(update_fields=["answers"])


def made_with(held: DataImport) -> list[int]:
    return list(held.answers.get("made", {}).values())
