from concepts.models.concept import Concept, ConceptImage, ConceptVersion, VersionPDF
from concepts.models.content import ActionArea, Section

__all__ = ["ActionArea", "Concept", "ConceptImage", "ConceptVersion", "Section", "VersionPDF"]
