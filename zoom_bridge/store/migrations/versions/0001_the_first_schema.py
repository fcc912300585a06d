"""The first schema."""

import sqlalchemy as sa
from alembic import op

from zoom_bridge.store import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "allowances",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("window_starts_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "window_starts_at", name=op.f("pk_allowances")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("applied_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("ignored_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("digest", name=op.f("uq_deliveries_digest")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_deliveries_received_at"), "deliveries", ["received_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title_de", sa.String(length=200), nullable=False),
        sa.Column("subtitle_de", sa.String(length=300), nullable=False),
        sa.Column("description_de", sa.Text(), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("subtitle_en", sa.String(length=300), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("starts_wall", columns.WallTime(length=19), nullable=False),
        sa.Column("ends_wall", columns.WallTime(length=19), nullable=False),
        sa.Column("starts_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("ends_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("hosted_by", sa.String(length=200), nullable=False),
        sa.Column("hosted_by_url", sa.String(length=500), nullable=False),
        sa.Column("help_name", sa.String(length=200), nullable=False),
        sa.Column("help_phone", sa.String(length=40), nullable=False),
        sa.Column("help_hours", sa.String(length=200), nullable=False),
        sa.Column("help_email", sa.String(length=254), nullable=False),
        sa.Column("zoom_host", sa.String(length=254), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("opens_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("closes_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("remind_day_before", sa.Boolean(), nullable=False),
        sa.Column("remind_hour_before", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("published_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("cancelled_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("schedule_revision", sa.Integer(), nullable=False),
        sa.Column("moved_from", columns.Instant(timezone=True), nullable=True),
        sa.Column("forget_at", columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("slug", name=op.f("uq_events_slug")),
    )
    op.create_index(op.f("ix_events_starts_at"), "events", ["starts_at"], unique=False)
    op.create_table(
        "notices",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "language", "version", name=op.f("pk_notices")),
    )
    op.create_table(
        "organisers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisers")),
        sa.UniqueConstraint("email", name=op.f("uq_organisers_email")),
    )
    op.create_table(
        "runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("finished_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed_since", columns.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("paused_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_runs")),
    )
    op.create_table(
        "panelists",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_panelists_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "position", name=op.f("pk_panelists")),
    )
    op.create_table(
        "partners",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_partners_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "position", name=op.f("pk_partners")),
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("confirm_by", columns.Instant(timezone=True), nullable=True),
        sa.Column("confirmed_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("cancelled_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=10), nullable=True),
        sa.Column("privacy_version", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("registrant_id", sa.String(length=64), nullable=True),
        sa.Column("join_url", sa.Text(), nullable=True),
        sa.Column("asked_zoom_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("first_clicked_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_registrations_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("event_id", "email_key", name=op.f("uq_registrations_event_id_email_key")),
        sa.UniqueConstraint("key", name=op.f("uq_registrations_key")),
    )
    op.create_index(
        "ix_registrations_due",
        "registrations",
        ["due_at", "event_id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_registrations_registrant_id"), "registrations", ["registrant_id"], unique=False)
    op.create_index(
        "ix_registrations_seats",
        "registrations",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("confirmed_at IS NOT NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("schedule_revision", sa.Integer(), nullable=False),
        sa.Column("planned_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("useful_until", columns.Instant(timezone=True), nullable=False),
        sa.Column("queued_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("dropped_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("drop_reason", sa.String(length=30), nullable=True),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_reminders_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "event_id", "kind", "schedule_revision", name=op.f("uq_reminders_event_id_kind_schedule_revision")
        ),
    )
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sitting", sa.String(length=64), nullable=False),
        sa.Column("ended_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("fetched_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_reports_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("sitting", name=op.f("uq_reports_sitting")),
    )
    op.create_index(
        "ix_reports_due",
        "reports",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organisers.id"], name=op.f("fk_sessions_organiser_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_organiser_id"), "sessions", ["organiser_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("used_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organisers.id"], name=op.f("fk_sign_ins_organiser_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("key", name=op.f("uq_sign_ins_key")),
    )
    op.create_index(op.f("ix_sign_ins_organiser_id"), "sign_ins", ["organiser_id"], unique=False)
    op.create_table(
        "webinars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("zoom_id", sa.String(length=32), nullable=True),
        sa.Column("host", sa.String(length=254), nullable=True),
        sa.Column("synced_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("asked_zoom_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("absent_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("gone_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("differing", sa.Text(), nullable=False),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_webinars_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinars")),
        sa.UniqueConstraint("event_id", name=op.f("uq_webinars_event_id")),
    )
    op.create_index(
        "ix_webinars_due",
        "webinars",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_webinars_zoom_id"), "webinars", ["zoom_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unique_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("sign_in_id", sa.Integer(), nullable=True),
        sa.Column("schedule_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("useful_until", columns.Instant(timezone=True), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("dated_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("sent_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("skipped_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("skip_reason", sa.String(length=30), nullable=True),
        sa.Column("due_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_messages_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_messages_registration_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name=op.f("fk_messages_sign_in_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_messages_unique_key")),
    )
    op.create_index(
        "ix_messages_due",
        "messages",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_messages_event_id"), "messages", ["event_id"], unique=False)
    op.create_index(op.f("ix_messages_registration_id"), "messages", ["registration_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sitting", sa.String(length=64), nullable=False),
        sa.Column("participant", sa.String(length=64), nullable=False),
        sa.Column("fact", sa.String(length=10), nullable=False),
        sa.Column("at", columns.Instant(timezone=True), nullable=False),
        sa.Column("teller", sa.String(length=10), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(length=20), nullable=True),
        sa.Column("guest", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_sightings_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_sightings_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint(
            "sitting",
            "participant",
            "fact",
            "at",
            "teller",
            name=op.f("uq_sightings_sitting_participant_fact_at_teller"),
        ),
    )
    op.create_index(op.f("ix_sightings_event_id"), "sightings", ["event_id"], unique=False)
    op.create_index(op.f("ix_sightings_registration_id"), "sightings", ["registration_id"], unique=False)
