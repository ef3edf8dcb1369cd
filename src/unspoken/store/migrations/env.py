"""Alembic's way in: migrations run on the connection the database hands over."""

from alembic import context

from unspoken.store.models import Base


def migrate() -> None:
    """Run what Alembic asks for, in one transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        user_module_prefix="models.",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


# Alembic runs this file and then has a configuration; a plain import has none and does nothing.
if hasattr(context, "config"):
    migrate()
