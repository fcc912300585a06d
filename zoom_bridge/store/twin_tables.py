"""The schema, second part: what mirrors more of Zoom than an event's webinar and its registrants. The first part is
`tables.py`; both are read like the fields of the domain's dataclasses."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, text

from zoom_bridge.store import tables
from zoom_bridge.store.columns import Instant, due_index, words, work

metadata = tables.metadata

#: Panelists with an address: their places at Zoom.
panel_seats = Table(
    "panel_seats",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("language", String(2), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("synced_revision", Integer, nullable=False, server_default=text("0")),
    Column("synced_at", Instant),
    Column("panelist_id", String(64)),
    Column("join_url", Text),
    Column("asked_zoom_at", Instant),
    *work(),
    UniqueConstraint("event_id", "email_key"),
    due_index("panel_seats", "event_id"),
)

#: What is otherwise at Zoom than we asked, and waits for an organiser's decision.
drifts = Table(
    "drifts",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("aspect", String(80), primary_key=True),
    words("ours"),
    words("zooms"),
    Column("found_at", Instant, nullable=False),
    Column("accepted_at", Instant),
)

#: When to look next at what Zoom does not tell by itself: one row per event and kind.
looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("looked_at", Instant),
    *work(),
    UniqueConstraint("event_id", "kind"),
    due_index("looks"),
)

#: The Zoom users whom webinars can belong to.
hosts = Table(
    "hosts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("licensed", Boolean),
    Column("capacity", Integer),
    Column("checked_at", Instant),
    *work(),
    due_index("hosts"),
)

#: Several dates of one thing.
series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("registering", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
)

#: What Zoom has of a sitting once it is over: recording, questions, polls.
takeaways = Table(
    "takeaways",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sitting", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    words("data"),
    Column("fetched_at", Instant),
    *work(),
    UniqueConstraint("sitting", "kind"),
    due_index("takeaways"),
)
