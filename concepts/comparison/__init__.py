"""What two versions of a concept say differently: word by word, section by section.

`compare(old, new)` gives a `Comparison`; `showing` makes of its texts what a page or the synopsis shows. Why the portal
compares texts itself: docs/decisions/0012.
"""

from concepts.comparison.versions import Change, Comparison, Fold, compare

__all__ = ["Change", "Comparison", "Fold", "compare"]
