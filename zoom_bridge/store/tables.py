"""The schema, readable top to bottom; what mirrors more of Zoom than webinar and registrants is in `twin_tables.py`, what
plans and words letters in `mail_tables.py`, what is decided and certified after an evening in `evening_tables.py`.
Columns are named like the fields of the domain's dataclasses.

Rows that need work carry the same columns (`columns.work`); `claims.py` is the only module that writes
`claim` and `claimed_until`. Instants are aware UTC (`Instant`); wall times are text in ISO form."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from zoom_bridge.domain.webinar import DialIn
from zoom_bridge.store.columns import (
    Instant,
    Names,
    Parts,
    WallTime,
    answer,
    due_index,
    poll,
    question,
    reminder_rule,
    switch,
    words,
    work,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("title_de", String(200), nullable=False),
    Column("subtitle_de", String(300), nullable=False),
    Column("description_de", Text, nullable=False),
    Column("title_en", String(200), nullable=False),
    Column("subtitle_en", String(300), nullable=False),
    Column("description_en", Text, nullable=False),
    words("themes_title_de", 200),
    words("themes_de"),
    words("programme_de"),
    words("trailer_text_de"),
    words("thanks_de"),
    words("themes_title_en", 200),
    words("themes_en"),
    words("programme_en"),
    words("trailer_text_en"),
    words("thanks_en"),
    Column("timezone", String(64), nullable=False),
    Column("starts_wall", WallTime, nullable=False),
    Column("ends_wall", WallTime, nullable=False),
    Column("starts_at", Instant, nullable=False, index=True),
    Column("ends_at", Instant, nullable=False),
    Column("hosted_by", String(200), nullable=False),
    Column("hosted_by_url", String(500), nullable=False),
    words("hosted_by_logo", 64),
    words("trailer_url", 500),
    words("trailer_picture", 64),
    words("recording_url", 500),
    switch("captions"),
    switch("sign_language"),
    switch("plain_language"),
    switch("participation"),
    Column("questions", Parts(question), nullable=False, server_default=text("''")),
    Column("help_name", String(200), nullable=False),
    Column("help_phone", String(40), nullable=False),
    Column("help_hours", String(200), nullable=False),
    Column("help_email", String(254), nullable=False),
    Column("zoom_host", String(254), nullable=False),
    words("alternative_hosts"),
    switch("practice_session", on=True),
    Column("recording", String(10), nullable=False, server_default=text("'none'")),
    switch("open_door"),
    switch("welcome_zoom", on=True),
    switch("pseudonyms"),
    Column("polls", Parts(poll), nullable=False, server_default=text("''")),
    # Not a reference: SQLite adds one only by building the table anew, with all that hangs on it. No series is deleted.
    Column("series_id", Integer, index=True),
    Column("capacity", Integer),
    Column("opens_at", Instant),
    Column("closes_at", Instant),
    Column("double_opt_in", Boolean, nullable=False),
    Column("reminders", Parts(reminder_rule), nullable=False, server_default=text("''")),
    Column("follow_ups", Names, nullable=False, server_default=text("''")),
    switch("waiting_list"),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("cancelled_at", Instant),
    Column("revision", Integer, nullable=False),
    Column("schedule_revision", Integer, nullable=False),
    Column("moved_from", Instant),
    Column("shifted_from", Instant),
    Column("forget_at", Instant, nullable=False),
)

partners = Table(
    "partners",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(200), nullable=False),
    Column("url", String(500), nullable=False),
    words("logo", 64),
)

panelists = Table(
    "panelists",
    metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("office", String(200), nullable=False),
    Column("organisation", String(200), nullable=False),
    Column("mark", String(60), nullable=False),
    words("portrait", 64),
    words("email", 254),
)

webinars = Table(
    "webinars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("zoom_id", String(32), index=True),
    Column("host", String(254)),
    Column("synced_revision", Integer, nullable=False, server_default=text("0")),
    Column("synced_at", Instant),
    Column("asked_zoom_at", Instant),
    Column("absent_at", Instant),
    Column("gone_at", Instant),
    words("agreed"),
    Column("dial_in", Parts(DialIn), nullable=False, server_default=text("''")),
    words("passcode", 20),
    words("poll_ids"),
    *work(),
    due_index("webinars"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("first_name", String(64), nullable=False),
    Column("last_name", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("source", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirm_by", Instant),
    Column("confirmed_at", Instant),
    Column("cancelled_at", Instant),
    Column("cancelled_by", String(10)),
    Column("privacy_version", Integer),
    words("needs"),
    words("asks"),
    Column("answers", Parts(answer), nullable=False, server_default=text("''")),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("synced_revision", Integer, nullable=False, server_default=text("0")),
    Column("synced_at", Instant),
    Column("registrant_id", String(64), index=True),
    Column("join_url", Text),
    Column("asked_zoom_at", Instant),
    Column("absent_at", Instant),
    words("zoom_name", 64),
    words("zoom_email", 254),
    words("party", 32),
    Column("waiting_since", Instant),
    Column("unsubscribed_at", Instant),
    Column("first_clicked_at", Instant),
    *work(),
    UniqueConstraint("event_id", "email_key"),
    due_index("registrations", "event_id"),
    # Counts seats without touching the table.
    Index(
        "ix_registrations_seats", "event_id",
        sqlite_where=text("confirmed_at IS NOT NULL AND cancelled_at IS NULL"),
        postgresql_where=text("confirmed_at IS NOT NULL AND cancelled_at IS NULL"),
    ),
    Index(
        "ix_registrations_waiting", "event_id", "waiting_since",
        sqlite_where=text("waiting_since IS NOT NULL AND confirmed_at IS NULL AND cancelled_at IS NULL"),
        postgresql_where=text("waiting_since IS NOT NULL AND confirmed_at IS NULL AND cancelled_at IS NULL"),
    ),
)  # fmt: skip

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("unique_key", String(120), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), index=True),
    Column("registration_id", ForeignKey("registrations.id", ondelete="CASCADE"), index=True),
    Column("sign_in_id", ForeignKey("sign_ins.id", ondelete="CASCADE")),
    # Letters to an organiser: a test of an event's letter, in a language of their choice.
    Column("organiser_id", ForeignKey("organisers.id", ondelete="CASCADE"), index=True),
    Column("language", String(2)),
    Column("panel_seat_id", ForeignKey("panel_seats.id", ondelete="CASCADE"), index=True),
    Column("reminder_id", ForeignKey("reminders.id", ondelete="SET NULL"), index=True),
    Column("circular_id", ForeignKey("circulars.id", ondelete="CASCADE"), index=True),
    Column("urgency", Integer, nullable=False, server_default=text("1")),
    Column("schedule_revision", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Instant, nullable=False),
    Column("useful_until", Instant, nullable=False),
    Column("message_id", String(200), index=True),
    Column("dated_at", Instant),
    Column("sent_at", Instant),
    Column("skipped_at", Instant),
    Column("skip_reason", String(30)),
    Column("held_at", Instant),
    Column("doubtful", Integer, nullable=False, server_default=text("0")),
    Column("bounced_at", Instant),
    Column("bounce_status", String(12)),
    Column("bounce", Text),
    *work(),
    # The most urgent first.
    Index(
        "ix_messages_due", "urgency", "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)  # fmt: skip

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("told_at", Instant),
    Column("applied_at", Instant),
    Column("ignored_at", Instant),
    Column("outcome", String(200)),
    *work(),
    due_index("deliveries"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sitting", String(64), nullable=False),
    Column("participant", String(64), nullable=False),
    Column("fact", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Column("teller", String(10), nullable=False),
    Column("registration_id", ForeignKey("registrations.id", ondelete="SET NULL"), index=True),
    Column("matched_by", String(20)),
    Column("guest", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    words("registrant", 64),
    words("email", 254),
    words("customer_key", 64),
    words("bound_to", 64),
    switch("by_phone"),
    UniqueConstraint("sitting", "participant", "fact", "at", "teller"),
)

#: The report to fetch after an event ended: one row per sitting.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("sitting", String(64), nullable=False, unique=True),
    Column("ended_at", Instant, nullable=False),
    Column("rows", Integer),
    Column("fetched_at", Instant),
    *work(),
    due_index("reports"),
)

organisers = Table(
    "organisers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("language", String(2), nullable=False),
    Column("role", String(10), nullable=False, server_default=text("'owner'")),
    Column("created_at", Instant, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organiser_id", ForeignKey("organisers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("organiser_id", ForeignKey("organisers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("language", String(2), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
)

#: What organisers uploaded, re-encoded. Nothing refers to it by a key: rows name its digest, and what nobody names any
#: more goes.
pictures = Table(
    "pictures",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

#: One row: who runs this service and how it looks.
instance = Table(
    "instance",
    metadata,
    Column("id", Integer, primary_key=True),
    words("name", 200),
    words("url", 500),
    words("logo", 64),
    words("accent", 7),
    words("help_name", 200),
    words("help_phone", 40),
    words("help_hours", 200),
    words("help_email", 254),
)

#: An organiser's event form as it was typed and not saved yet. `about`: "new", or the event's number.
unsaved_forms = Table(
    "unsaved_forms",
    metadata,
    Column("organiser_id", ForeignKey("organisers.id", ondelete="CASCADE"), primary_key=True),
    Column("about", String(20), primary_key=True),
    Column("fields", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

#: What was asked for how often in which window: limits per address and account, shared by all processes.
allowances = Table(
    "allowances",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("window_starts_at", Instant, primary_key=True),
    Column("used", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("finished_at", Instant, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed_since", Instant),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("paused_until", Instant),
    Column("alarm", Boolean, nullable=False),
)
