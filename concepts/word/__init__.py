"""Concepts as Word files: a version as .docx for the council information system, and a .docx as chapters of a draft.

`package` opens what somebody uploads, `reading` makes chapters of it and says what got lost, `taking` writes them into
a draft and takes them back; `writing` makes the file of a version.
"""
