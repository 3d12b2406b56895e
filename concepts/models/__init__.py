from concepts.models.concept import Concept, ConceptImage, ConceptVersion, VersionPDF
from concepts.models.content import ActionArea, Section
from concepts.models.drafting import Presence, SectionNote, SectionTemplate
from concepts.models.measures import (
    Indicator,
    IndicatorValue,
    Measure,
    MeasureOffer,
    MeasurePaper,
    MeasurePartner,
    MeasureStep,
    MeasureTable,
    ProgressNote,
)
from concepts.models.periods import FocusPeriod, PeriodRule, Selection, WorkFocus

__all__ = [
    "ActionArea",
    "Concept",
    "ConceptImage",
    "ConceptVersion",
    "FocusPeriod",
    "Indicator",
    "IndicatorValue",
    "Measure",
    "MeasureOffer",
    "MeasurePaper",
    "MeasurePartner",
    "MeasureStep",
    "MeasureTable",
    "PeriodRule",
    "Presence",
    "ProgressNote",
    "Section",
    "SectionNote",
    "SectionTemplate",
    "Selection",
    "VersionPDF",
    "WorkFocus",
]
