from concepts.models.concept import Concept, ConceptImage, ConceptVersion, VersionPDF
from concepts.models.content import ActionArea, Section
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
from concepts.models.word import VersionWord, WordImport

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
    "ProgressNote",
    "Section",
    "Selection",
    "VersionPDF",
    "VersionWord",
    "WordImport",
    "WorkFocus",
]
