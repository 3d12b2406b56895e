from concepts.resources.measures import MeasureResource

__all__ = ["MeasureResource"]
