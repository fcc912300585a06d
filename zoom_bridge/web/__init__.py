"""Doors for people and for Zoom. Pages may look (`db.reading()`); to change something they call a flow."""
