"""The sheet: what the posts of a time are, what they bring, and what is missing, gathered for pages, files and PDF.

reading        rows of the database as plain values
sheet          the time, its posts, its grant, its costs, its warnings
preconditions  what the Förderrichtlinie asks for; never a block
comparing      the same posts by the rates of each Richtlinie; what if rates or posts were others
figures        the numbers of a year for the Verwendungsnachweis
"""
