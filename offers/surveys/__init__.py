"""Bestandsaufnahme: whom a round can ask and at which address, what it asks about, and what came back in numbers."""
