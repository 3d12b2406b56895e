from offers.models.offer import Offer, OfferDate
from offers.models.reference import OfferType, Programme, Strand, TargetGroup, Topic

__all__ = ["Offer", "OfferDate", "OfferType", "Programme", "Strand", "TargetGroup", "Topic"]
