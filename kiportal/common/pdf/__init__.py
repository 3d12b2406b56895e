"""The one home of PDF rendering.

`documents.render(html, identifier=...)` makes a PDF/A-3a that is PDF/UA-1 as well, the same bytes for the same input.
WeasyPrint runs in a process of its own without Django, database or settings: it is limited in time and memory, and it
asks the worker for every file it needs (`resources.read`). Before that, `fonts.unprintable(text)`
tells what no font has.

This file imports nothing, because that process starts from this package, too.
"""
