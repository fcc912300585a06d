"""Imprint, privacy notice, accessibility statement: every version in each language."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.notice import REQUIRED, Notice, NoticeKind
from zoom_bridge.store import tables

_COLUMNS = [tables.notices.c[field.name] for field in fields(Notice)]
_NEWEST_FIRST = (
    select(*_COLUMNS).where(tables.notices.c.kind == bindparam("kind")).order_by(tables.notices.c.version.desc())
)
_VERSIONS = (
    select(
        tables.notices.c.language,
        tables.notices.c.version,
        (func.trim(tables.notices.c.text) != "").label("written"),
    )
    .where(tables.notices.c.kind == bindparam("kind"))
    .order_by(tables.notices.c.version.desc())
)


def current(connection: Connection, kind: NoticeKind, language: str) -> Notice | None:
    """The newest version in that language, else in the other one; None while there is no text."""
    newest: dict[str, Notice] = {}
    for row in connection.execute(_NEWEST_FIRST, {"kind": kind}).mappings():
        newest.setdefault(row["language"], Notice(**dict(row) | {"kind": NoticeKind(row["kind"])}))
    written = {code: notice for code, notice in newest.items() if notice.text.strip()}
    return written.get(language) or next(iter(written.values()), None)


def newest(connection: Connection, kind: NoticeKind, language: str) -> Notice | None:
    """The newest version in exactly that language, empty or not: for the form."""
    query = (
        select(*_COLUMNS)
        .where(tables.notices.c.kind == kind, tables.notices.c.language == language)
        .order_by(tables.notices.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return Notice(**dict(row) | {"kind": NoticeKind(row["kind"])}) if row else None


def add(connection: Connection, notice: Notice) -> bool:
    """Keep a version; False when there is one of that number already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    kept = connection.execute(
        dialect.insert(tables.notices)
        .values(values)
        .on_conflict_do_nothing(index_elements=["kind", "language", "version"])
        .returning(tables.notices.c.version)
    )
    return kept.first() is not None


def missing(connection: Connection) -> tuple[str, ...]:
    """Which notices keep us from publishing."""
    return tuple(kind for kind in REQUIRED if current(connection, kind, "de") is None)


def privacy_version(connection: Connection, language: str) -> int | None:
    """The version of the privacy notice that `current` gives, without reading its text: everybody who registers has
    it looked up."""
    newest: dict[str, tuple[int, bool]] = {}
    for row in connection.execute(_VERSIONS, {"kind": NoticeKind.PRIVACY}):
        newest.setdefault(row.language, (row.version, row.written))
    written = {code: version for code, (version, there) in newest.items() if there}
    return written.get(language) or next(iter(written.values()), None)


def written_at(connection: Connection) -> datetime | None:
    """When any notice was last changed."""
    return connection.execute(
        select(tables.notices.c.written_at).order_by(tables.notices.c.written_at.desc()).limit(1)
    ).scalar()
