"""What the pages show and ask: programme, pictures, own questions, accessibility, roles, letter texts, the instance."""

import sqlalchemy as sa
from alembic import op

from zoom_bridge.store import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("url", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.Column("logo", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("accent", sa.String(length=7), server_default=sa.text("''"), nullable=False),
        sa.Column("help_name", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("help_phone", sa.String(length=40), server_default=sa.text("''"), nullable=False),
        sa.Column("help_hours", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("help_email", sa.String(length=254), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "pictures",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pictures")),
    )
    op.create_table(
        "letter_texts",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("opening", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("written_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_letter_texts_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", "language", name=op.f("pk_letter_texts")),
    )
    op.create_table(
        "unsaved_forms",
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organisers.id"], name=op.f("fk_unsaved_forms_organiser_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organiser_id", "about", name=op.f("pk_unsaved_forms")),
    )
    op.add_column(
        "events", sa.Column("themes_title_de", sa.String(length=200), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("events", sa.Column("themes_de", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("programme_de", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("trailer_text_de", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("thanks_de", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "events", sa.Column("themes_title_en", sa.String(length=200), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("events", sa.Column("themes_en", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("programme_en", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("trailer_text_en", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("events", sa.Column("thanks_en", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "events", sa.Column("hosted_by_logo", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "events", sa.Column("trailer_url", sa.String(length=500), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "events", sa.Column("trailer_picture", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "events", sa.Column("recording_url", sa.String(length=500), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("events", sa.Column("captions", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("sign_language", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("plain_language", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("participation", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("events", sa.Column("questions", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "organisers", sa.Column("role", sa.String(length=10), server_default=sa.text("'owner'"), nullable=False)
    )
    op.add_column(
        "panelists", sa.Column("portrait", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "partners", sa.Column("logo", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("registrations", sa.Column("needs", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("registrations", sa.Column("asks", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("registrations", sa.Column("answers", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("webinars", sa.Column("dial_in", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "webinars", sa.Column("passcode", sa.String(length=20), server_default=sa.text("''"), nullable=False)
    )
    # In a batch, because SQLite cannot add a constraint by itself.
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("organiser_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("language", sa.String(length=2), nullable=True))
        batch.create_foreign_key(
            op.f("fk_messages_organiser_id"), "organisers", ["organiser_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_messages_organiser_id"), ["organiser_id"])
