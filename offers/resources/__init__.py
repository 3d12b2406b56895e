"""Tables of organisations and offers: columns, files, preview. What is written is written by `offers.lifecycle`."""

from offers.models.imports import Table
from offers.resources.base import TableResource
from offers.resources.offers import OfferResource, PublicOfferResource
from offers.resources.organisations import OrganisationResource

__all__ = ["RESOURCES", "OfferResource", "OrganisationResource", "PublicOfferResource", "TableResource"]

RESOURCES: dict[str, type[TableResource]] = {
    Table.ORGANISATIONS: OrganisationResource,
    Table.OFFERS: OfferResource,
}
