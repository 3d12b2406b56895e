"""What people have said about the names and words of a table."""

from offers.models import DataImport
from offers.resources import naming, terms
from offers.resources.base import TableResource


def use(resource: TableResource, data_import: DataImport) -> None:
    """From now on rows are read with it."""
    naming.use_answers(resource, data_import)
    terms.use_answers(resource, data_import)
