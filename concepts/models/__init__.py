from concepts.models.concept import ChapterPDF, Concept, ConceptImage, ConceptVersion, Synopsis, VersionPDF
from concepts.models.content import ActionArea, Section, Source
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
from concepts.models.word import VersionWord, WordImport

__all__ = [
    "ActionArea",
    "ChapterPDF",
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
    "Source",
    "Synopsis",
    "VersionPDF",
    "VersionWord",
    "WordImport",
    "WorkFocus",
]
