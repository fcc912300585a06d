"""More of Zoom: panelists, hosts, drift, series, polls, what is left of an evening, and looks at what changed there."""

import sqlalchemy as sa
from alembic import op

from zoom_bridge.store import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("licensed", sa.Boolean(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("checked_at", columns.Instant(), nullable=True),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
        sa.UniqueConstraint("email", name=op.f("uq_hosts_email")),
    )
    op.create_index(
        "ix_hosts_due",
        "hosts",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("registering", sa.String(length=10), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "drifts",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("aspect", sa.String(length=80), nullable=False),
        sa.Column("ours", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("zooms", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("found_at", columns.Instant(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_drifts_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "aspect", name=op.f("pk_drifts")),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("looked_at", columns.Instant(), nullable=True),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_looks_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("event_id", "kind", name=op.f("uq_looks_event_id_kind")),
    )
    op.create_index(
        "ix_looks_due",
        "looks",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    # From now on what came to Zoom earlier is looked at, too.
    op.execute(
        "INSERT INTO looks (event_id, kind, due_at) "
        "SELECT event_id, kind, CURRENT_TIMESTAMP FROM webinars, (SELECT 'webinar' AS kind UNION SELECT 'registrants') AS k "
        "WHERE zoom_id IS NOT NULL"
    )
    op.create_table(
        "panel_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("withdrawn_at", columns.Instant(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("synced_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("synced_at", columns.Instant(), nullable=True),
        sa.Column("panelist_id", sa.String(length=64), nullable=True),
        sa.Column("join_url", sa.Text(), nullable=True),
        sa.Column("asked_zoom_at", columns.Instant(), nullable=True),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_panel_seats_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_seats")),
        sa.UniqueConstraint("event_id", "email_key", name=op.f("uq_panel_seats_event_id_email_key")),
        sa.UniqueConstraint("key", name=op.f("uq_panel_seats_key")),
    )
    op.create_index(
        "ix_panel_seats_due",
        "panel_seats",
        ["due_at", "event_id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "takeaways",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sitting", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("fetched_at", columns.Instant(), nullable=True),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", columns.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("gave_up_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_takeaways_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeaways")),
        sa.UniqueConstraint("sitting", "kind", name=op.f("uq_takeaways_sitting_kind")),
    )
    op.create_index(
        "ix_takeaways_due",
        "takeaways",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_takeaways_event_id"), "takeaways", ["event_id"], unique=False)
    op.add_column(
        "events", sa.Column("alternative_hosts", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("events", sa.Column("practice_session", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "events", sa.Column("recording", sa.String(length=10), server_default=sa.text("'none'"), nullable=False)
    )
    op.add_column("events", sa.Column("open_door", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("welcome_zoom", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("events", sa.Column("pseudonyms", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("polls", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("series_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_events_series_id"), "events", ["series_id"], unique=False)
    op.add_column(
        "panelists", sa.Column("email", sa.String(length=254), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("registrations", sa.Column("absent_at", columns.Instant(), nullable=True))
    op.add_column(
        "registrations", sa.Column("zoom_name", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "registrations",
        sa.Column("zoom_email", sa.String(length=254), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "registrations", sa.Column("party", sa.String(length=32), server_default=sa.text("''"), nullable=False)
    )
    op.drop_column("webinars", "differing")
    op.add_column("webinars", sa.Column("agreed", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("webinars", sa.Column("poll_ids", sa.Text(), server_default=sa.text("''"), nullable=False))
    # In a batch, because SQLite cannot add a constraint by itself.
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("panel_seat_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_messages_panel_seat_id"), "panel_seats", ["panel_seat_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_messages_panel_seat_id"), ["panel_seat_id"])
