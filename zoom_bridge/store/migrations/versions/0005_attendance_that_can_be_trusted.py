"""Decisions about who was there, certificates, short links, figures that stay, refused deliveries, and what Zoom told of somebody in full."""

import sqlalchemy as sa
from alembic import op

from zoom_bridge.store import columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "rejections",
        sa.Column("hour", columns.Instant(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "reason", name=op.f("pk_rejections")),
    )
    op.create_table(
        "certificate_rules",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("text_de", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("signed_by", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_certificate_rules_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_certificate_rules")),
    )
    op.create_table(
        "short_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("registrations", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_short_links_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_links")),
        sa.UniqueConstraint("key", name=op.f("uq_short_links_key")),
    )
    op.create_index(op.f("ix_short_links_event_id"), "short_links", ["event_id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("issued_at", columns.Instant(), nullable=False),
        sa.Column("withdrawn_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_certificates_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_certificates_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_certificates_code_hash")),
    )
    op.create_index(op.f("ix_certificates_event_id"), "certificates", ["event_id"], unique=False)
    op.create_index(
        "uq_certificates_registration_id",
        "certificates",
        ["registration_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("matched_id", sa.Integer(), nullable=False),
        sa.Column("guest", sa.String(length=254), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["organisers.id"], name=op.f("fk_decisions_decided_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_decisions_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_decisions_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "event_id", "matched_id", "guest", "name", name=op.f("uq_decisions_event_id_matched_id_guest_name")
        ),
    )
    op.create_index(op.f("ix_decisions_registration_id"), "decisions", ["registration_id"], unique=False)
    op.create_table(
        "results",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("figures", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_results_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_results")),
    )
    op.add_column("deliveries", sa.Column("told_at", columns.Instant(), nullable=True))
    op.add_column(
        "sightings", sa.Column("registrant", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "sightings", sa.Column("email", sa.String(length=254), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "sightings", sa.Column("customer_key", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "sightings", sa.Column("bound_to", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
