"""Whom the evidence of a sighting can lead to, in as few columns as will do."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, select, union_all

from zoom_bridge.domain.event import lines_of
from zoom_bridge.domain.recognition import Candidate, Evidence, Known
from zoom_bridge.domain.registration import email_key, is_alias
from zoom_bridge.store import panel_seats, tables

_R, _E = tables.registrations, tables.events
_CANDIDATE = (
    _R.c.id, _R.c.key, _R.c.registrant_id, _R.c.email_key, _R.c.zoom_email, _R.c.first_name, _R.c.last_name, _R.c.zoom_name,
    (_R.c.confirmed_at.is_not(None) & _R.c.cancelled_at.is_(None)).label("seated"),
)  # fmt: skip


def everybody(connection: Connection, event_id: int) -> Known:
    rows = connection.execute(select(*_CANDIDATE).where(_R.c.event_id == event_id))
    return _known(connection, event_id, [Candidate._make(row) for row in rows])


def around(connection: Connection, event_id: int, evidence: Collection[Evidence]) -> Known:
    """Those whom this evidence can lead to. Nobody can be recognised by name among them."""
    registrants = {one.registrant for one in evidence if one.registrant}
    keys = {one.customer_key for one in evidence if one.customer_key}
    addresses = {email_key(one.email) for one in evidence if one.email}
    ways: list[ColumnElement[bool]] = []
    if registrants:
        ways.append(_R.c.registrant_id.in_(registrants))
    if keys:
        ways.append(_R.c.key.in_(keys))
    if addresses:
        ways.append(_R.c.email_key.in_(addresses))
    if aliases := {address for address in addresses if is_alias(address)}:
        ways.append(_R.c.zoom_email.in_(aliases))
    # One statement for each way: each has an index of its own.
    looks = [select(*_CANDIDATE).where(_R.c.event_id == event_id, way) for way in ways]
    rows = connection.execute(union_all(*looks)) if looks else ()
    found = [Candidate._make(row)._replace(seated=False) for row in rows]
    proofs = {one.registrant_id for one in found} | {one.key for one in found}
    proven = all(one.registrant in proofs or one.customer_key in proofs or not one.email for one in evidence)
    # Then it need not be known who works here.
    return Known((), (), (), found) if proven else _known(connection, event_id, found)


def names(connection: Connection, registration_ids: Collection[int]) -> dict[int, str]:
    """As `Registration.name`."""
    query = select(_R.c.id, _R.c.first_name, _R.c.last_name).where(_R.c.id.in_(registration_ids))
    return {row.id: f"{row.first_name} {row.last_name}".strip() for row in connection.execute(query)}


def _known(connection: Connection, event_id: int, people: list[Candidate]) -> Known:
    event = connection.execute(select(_E.c.zoom_host, _E.c.alternative_hosts).where(_E.c.id == event_id)).one()
    hosts = {email_key(address) for address in (event.zoom_host, *lines_of(event.alternative_hosts))}
    speakers = select(tables.panelists.c.email).where(tables.panelists.c.event_id == event_id)
    panel = {email_key(address) for address in connection.execute(speakers).scalars()}
    panel |= panel_seats.email_keys(connection, event_id)
    staff = connection.execute(select(tables.organisers.c.email)).scalars()
    return Known(hosts, panel, {email_key(address) for address in staff}, people)
