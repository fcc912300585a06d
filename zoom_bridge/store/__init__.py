"""Plurals: where things are kept and how they are found. The only SQLAlchemy (Core, no ORM)."""
