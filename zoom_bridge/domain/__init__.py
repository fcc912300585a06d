"""Nouns: what things are and which rules they obey. Standard library only; no clock, no database, no network."""
