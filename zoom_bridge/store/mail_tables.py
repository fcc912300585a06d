"""The schema, third part: what letters are planned by, made of, and where they come back to. The letters themselves are
`messages` in `tables.py`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, UniqueConstraint

from zoom_bridge.store import twin_tables
from zoom_bridge.store.columns import Instant, due_index, words, work

#: Of the whole schema.
metadata = twin_tables.metadata

reminders = Table(
    "reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    words("rule", 8),
    Column("schedule_revision", Integer, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("useful_until", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("dropped_at", Instant),
    Column("drop_reason", String(30)),
    *work(),
    UniqueConstraint("event_id", "kind", "schedule_revision", "rule"),
    due_index("reminders"),
)

#: What an organiser writes to a group of an event's people.
circulars = Table(
    "circulars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("group", String(30), nullable=False),
    words("subject_de", 200),
    words("body_de"),
    words("subject_en", 200),
    words("body_en"),
    Column("written_by", ForeignKey("organisers.id", ondelete="SET NULL")),
    Column("written_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("stopped_at", Instant),
)

#: An event's own words for a letter; without a row the letter has ours.
letter_texts = Table(
    "letter_texts",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("language", String(2), primary_key=True),
    words("subject", 200),
    words("opening"),
    Column("written_at", Instant, nullable=False),
)

#: How far the mailbox that letters come back to has been read.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)
