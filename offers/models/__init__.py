from offers.models.brochures import Brochure
from offers.models.coverage import CoverageSnapshot
from offers.models.dates import OfferDate, Recurrence, SchoolHoliday
from offers.models.details import AccessFeature, OpeningHours, Partner, Weekday
from offers.models.images import OfferImage
from offers.models.imports import ColumnMapping, DataImport, DataImportRow
from offers.models.needs import Hint, Need
from offers.models.offer import Offer
from offers.models.reference import OfferType, Programme, ReasonTemplate, Strand, TargetGroup, Topic
from offers.models.searches import HiddenWords, SavedSearch, SearchHit, VainSearch
from offers.models.surveys import OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.models.touched import Touched
from offers.models.upkeep import ConfirmationRequest, LinkCheck

__all__ = [
    "AccessFeature",
    "Brochure",
    "ColumnMapping",
    "ConfirmationRequest",
    "CoverageSnapshot",
    "DataImport",
    "DataImportRow",
    "HiddenWords",
    "Hint",
    "LinkCheck",
    "Need",
    "Offer",
    "OfferDate",
    "OfferImage",
    "OfferSurvey",
    "OfferType",
    "OpeningHours",
    "Partner",
    "Programme",
    "ReasonTemplate",
    "Recurrence",
    "SavedSearch",
    "SchoolHoliday",
    "SearchHit",
    "Strand",
    "SurveyAnswer",
    "SurveyInvitation",
    "TargetGroup",
    "Topic",
    "Touched",
    "VainSearch",
    "Weekday",
]
