"""Alembic's way in: it is handed an open transaction and works inside it."""

from alembic import context

from zoom_bridge.store.evening_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    user_module_prefix="columns.",
)
context.run_migrations()
