"""The schema, fourth part: what an evening's attendance is decided, certified and counted by. What Zoom told of it are
`sightings` and `reports` in `tables.py`."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from zoom_bridge.store import mail_tables
from zoom_bridge.store.columns import Instant, words

#: Of the whole schema.
metadata = mail_tables.metadata

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    # Not a reference, because 0 stands for nobody.
    Column("matched_id", Integer, nullable=False),
    words("guest", 254),
    words("name", 200),
    Column("verdict", String(10), nullable=False),
    Column("registration_id", ForeignKey("registrations.id", ondelete="CASCADE"), index=True),
    Column("decided_by", ForeignKey("organisers.id", ondelete="SET NULL")),
    Column("decided_at", Instant, nullable=False),
    UniqueConstraint("event_id", "matched_id", "guest", "name"),
)

certificate_rules = Table(
    "certificate_rules",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("share", Integer, nullable=False),
    words("text_de"),
    words("text_en"),
    words("signed_by", 200),
)

certificates = Table(
    "certificates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("registration_id", ForeignKey("registrations.id", ondelete="SET NULL")),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("holder", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    # One that holds for each person.
    Index(
        "uq_certificates_registration_id", "registration_id", unique=True,
        sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
    ),
)  # fmt: skip

short_links = Table(
    "short_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String(12), nullable=False, unique=True),
    words("name", 100),
    Column("created_at", Instant, nullable=False),
    Column("registrations", Integer, nullable=False, server_default=text("0")),
)

#: Deliveries that were turned away, by the hour: of them nothing else is kept.
rejections = Table(
    "rejections",
    metadata,
    Column("hour", Instant, primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)

#: What remains of an event's figures once its people are forgotten.
results = Table(
    "results",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    # The end of the event that they are of: one that was moved since has others.
    Column("ends_at", Instant, nullable=False),
    words("figures"),
)
