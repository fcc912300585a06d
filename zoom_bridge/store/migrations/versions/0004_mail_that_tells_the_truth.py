"""Reminders at any time before the start, letters after the end, circulars, a waiting list, and what came back."""

import sqlalchemy as sa
from alembic import op

from zoom_bridge.store import columns

revision = "0004"
down_revision = "0003"

_DAY = '{"amount": 1, "unit": "days"}'
_HOUR = '{"amount": 1, "unit": "hours"}'


def upgrade() -> None:
    op.create_table(
        "circulars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=30), nullable=False),
        sa.Column("subject_de", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("body_de", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject_en", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("body_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", columns.Instant(), nullable=False),
        sa.Column("sent_at", columns.Instant(), nullable=True),
        sa.Column("stopped_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_circulars_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["organisers.id"], name=op.f("fk_circulars_written_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulars")),
    )
    op.create_index(op.f("ix_circulars_event_id"), "circulars", ["event_id"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    _upgrade_events()
    op.add_column("registrations", sa.Column("waiting_since", columns.Instant(), nullable=True))
    op.add_column("registrations", sa.Column("unsubscribed_at", columns.Instant(), nullable=True))
    waiting = sa.text("waiting_since IS NOT NULL AND confirmed_at IS NULL AND cancelled_at IS NULL")
    op.create_index(
        "ix_registrations_waiting",
        "registrations",
        ["event_id", "waiting_since"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.add_column("sightings", sa.Column("by_phone", sa.Boolean(), server_default=sa.false(), nullable=False))
    # In batches, because SQLite cannot add a constraint by itself.
    with op.batch_alter_table("reminders") as batch:
        batch.add_column(sa.Column("rule", sa.String(length=8), server_default=sa.text("''"), nullable=False))
        batch.drop_constraint(op.f("uq_reminders_event_id_kind_schedule_revision"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_reminders_event_id_kind_schedule_revision_rule"),
            ["event_id", "kind", "schedule_revision", "rule"],
        )
    op.execute("UPDATE reminders SET rule = CASE kind WHEN 'day_before' THEN '1d' ELSE '1h' END")
    _upgrade_messages()


def _upgrade_events() -> None:
    op.add_column("events", sa.Column("reminders", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("follow_ups", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("waiting_list", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("shifted_from", columns.Instant(), nullable=True))
    events = sa.table(
        "events",
        sa.column("reminders", sa.Text()),
        sa.column("remind_day_before", sa.Boolean()),
        sa.column("remind_hour_before", sa.Boolean()),
    )
    for day in (False, True):
        for hour in (False, True):
            rules = [rule for rule, wanted in ((_DAY, day), (_HOUR, hour)) if wanted]
            op.execute(
                events.update()
                .where(events.c.remind_day_before == day, events.c.remind_hour_before == hour)
                .values(reminders=f"[{', '.join(rules)}]" if rules else "")
            )
    op.drop_column("events", "remind_day_before")
    op.drop_column("events", "remind_hour_before")


def _upgrade_messages() -> None:
    op.drop_index("ix_messages_due", "messages")
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("reminder_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("circular_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("urgency", sa.Integer(), server_default=sa.text("1"), nullable=False))
        batch.add_column(sa.Column("held_at", columns.Instant(), nullable=True))
        batch.add_column(sa.Column("doubtful", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch.add_column(sa.Column("bounced_at", columns.Instant(), nullable=True))
        batch.add_column(sa.Column("bounce_status", sa.String(length=12), nullable=True))
        batch.add_column(sa.Column("bounce", sa.Text(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_messages_reminder_id"), "reminders", ["reminder_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_foreign_key(
            op.f("fk_messages_circular_id"), "circulars", ["circular_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_messages_reminder_id"), ["reminder_id"])
        batch.create_index(op.f("ix_messages_circular_id"), ["circular_id"])
        batch.create_index(op.f("ix_messages_message_id"), ["message_id"])
    op.create_index(
        "ix_messages_due",
        "messages",
        ["urgency", "due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
