"""What may no longer be kept goes by itself, at Zoom as well, and counts stay."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, String, cast, select

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import NOW, Clock
from tests.flows.deeds import announce, at_zoom, attend, current, in_zoom, look, rows, run, twin
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.attendance import Room, fold
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.picture import Picture
from zoom_bridge.domain.question import Answer
from zoom_bridge.flows import allowing, forgetting, hosting, picturing, receiving, registering, welcoming
from zoom_bridge.simulator.world import World
from zoom_bridge.store import (
    columns,
    decisions,
    events,
    instances,
    organisers,
    pictures,
    sightings,
    tables,
    unsaved_forms,
)
from zoom_bridge.store.unsaved_forms import UnsavedForm

#: Where a person's data may stand, and what makes it go. A new column of text belongs here or below.
FORGOTTEN = {
    "registrations": {
        "key": "with the row",
        "email": "with the row",
        "email_key": "with the row",
        "first_name": "with the row",
        "last_name": "with the row",
        "join_url": "with the row",
        "registrant_id": "with the row, after Zoom forgot it",
        "last_error": "with the row",
        "needs": "a day after the end",
        "asks": "a day after the end",
        "answers": "with the row",
        "zoom_name": "with the row",
        "zoom_email": "with the row",
        "party": "with the row",
    },
    "panelists": {"email": "emptied"},
    "panel_seats": {
        "key": "with the row",
        "name": "with the row",
        "email": "with the row",
        "email_key": "with the row",
        "panelist_id": "with the row, after Zoom forgot it",
        "join_url": "with the row",
        "last_error": "with the row",
    },
    "takeaways": {"data": "with the row", "last_error": "with the row"},
    "unsaved_forms": {"fields": "an organiser's own typing, with the row"},
    "messages": {
        "unique_key": "with the registration",
        "message_id": "with the registration",
        "last_error": "with the registration",
        "bounce": "with the registration",
    },
    "sightings": {
        "guest": "emptied",
        "name": "emptied",
        "registrant": "emptied",
        "email": "emptied",
        "customer_key": "emptied",
        "participant": "Zoom's number of one stay",
        "bound_to": "Zoom's number of one stay",
    },
    "decisions": {"guest": "with the row", "name": "with the row"},
    "deliveries": {"body": "emptied when its time is up", "last_error": "says nothing of people"},
    "sign_ins": {"key": "with the row"},
    "sessions": {"token_hash": "with the row"},
    "allowances": {"name": "with the row, after two days"},
}
TRACE = "trace@example.org"
#: Of these, columns that an evening leaves empty or that hold something else.
TRACED = {
    "registrations": ("key", "join_url", "registrant_id", "last_error", "needs", "asks"),
    "messages": ("unique_key", "message_id", "last_error"),
    "takeaways": ("data", "last_error"),
    "panel_seats": ("key", "join_url", "panelist_id", "last_error"),
}
#: Words of ours, of Zoom about webinars, and what organisers make public.
NOBODYS = {
    "events": {
        "slug", "title_de", "subtitle_de", "description_de", "title_en", "subtitle_en", "description_en", "timezone",
        "themes_title_de", "themes_de", "programme_de", "trailer_text_de", "thanks_de", "themes_title_en", "themes_en",
        "programme_en", "trailer_text_en", "thanks_en", "trailer_url", "trailer_picture", "recording_url",
        "questions", "starts_wall", "ends_wall", "hosted_by", "hosted_by_url", "hosted_by_logo", "help_name", "help_phone", "help_hours",
        "help_email", "zoom_host", "alternative_hosts", "recording", "polls", "reminders", "follow_ups",
    },
    "partners": {"name", "role", "url", "logo"},
    "panelists": {"name", "office", "organisation", "mark", "portrait"},
    "webinars": {"zoom_id", "host", "agreed", "dial_in", "passcode", "poll_ids", "claim", "last_error"},
    "registrations": {"language", "source", "cancelled_by", "claim"},
    "panel_seats": {"language", "claim"},
    "drifts": {"aspect", "ours", "zooms"},
    "looks": {"kind", "claim", "last_error"},
    "hosts": {"email", "claim", "last_error"},
    "reminders": {"kind", "rule", "drop_reason", "claim", "last_error"},
    "circulars": {"group", "subject_de", "body_de", "subject_en", "body_en"},
    "mailboxes": {"name"},
    "messages": {"kind", "skip_reason", "claim", "language", "bounce_status"},
    "deliveries": {"digest", "name", "outcome", "claim"},
    "sightings": {"sitting", "fact", "teller", "matched_by"},
    "decisions": {"verdict"},
    "certificate_rules": {"text_de", "text_en", "signed_by"},
    "certificates": {"code_hash", "holder", "language"},
    "short_links": {"key", "name"},
    "rejections": {"reason"},
    "results": {"figures"},
    "reports": {"sitting", "claim", "last_error"},
    "takeaways": {"sitting", "kind", "claim"},
    "organisers": {"email", "name", "language", "role"},
    "pictures": {"digest", "media_type", "data"},
    "instance": {"name", "url", "logo", "accent", "help_name", "help_phone", "help_hours", "help_email"},
    "letter_texts": {"kind", "language", "subject", "opening"},
    "unsaved_forms": {"about"},
    "notices": {"kind", "language", "text"},
    "series": {"slug", "registering"},
    "runs": {"job", "last_error"},
}  # fmt: skip


def forget(bridge: Bridge) -> int:
    return run(bridge, "forget")


def everything(bridge: Bridge) -> str:
    return " ".join(str(row) for name in tables.metadata.tables for row in rows(bridge, name))


def room(bridge: Bridge, event: Event) -> Room:
    with bridge.db.reading() as connection:
        return fold(sightings.list_for_event(connection, event.id))


def people(found: Room) -> list[str]:
    """What is known of each without a name."""
    return sorted(f"{one.matched_by} {one.visits}" for one in found.attendances)


def an_evening(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    """Anna and Ben register and are there, Anna twice; so are the host and a guest. It is over and told."""
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")
    (webinar,) = in_zoom(world)
    ids = {one.email: one.id for one in webinar.registrants.values()}
    clock.set(event.starts_at)
    world.start(webinar.id)
    for _ in range(2):
        stay = world.join(webinar.id, ids[ANNA.email])
        clock.advance(minutes=10)
        world.leave(webinar.id, stay)
    for _ in range(2):
        stay = world.join(webinar.id, name="Gerda Gast", email="gerda@example.org")
        clock.advance(minutes=10)
        world.leave(webinar.id, stay)
    world.join(webinar.id, ids[BEN.email])
    clock.set(event.ends_at)
    world.end(webinar.id)
    tell(bridge, world)
    clock.advance(minutes=2)
    run(bridge, "reconcile_attendance")
    clock.advance(minutes=11)
    run(bridge, "reconcile_attendance")


def tell(bridge: Bridge, world: World) -> None:
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    world.outgoing.clear()
    run(bridge, "apply_webhooks")


def test_every_column_that_may_hold_a_person_is_known_to_forgetting() -> None:
    unknown = [
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | LargeBinary | columns.WallTime)
        and column.name not in FORGOTTEN.get(table.name, {})
        and column.name not in NOBODYS.get(table.name, set())
    ]

    assert unknown == [], "new columns: who forgets them?"


def test_after_forgetting_nobody_can_be_told_from_any_table(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """The same for real: what may hold a person holds a trace, and no trace is left."""
    panel = (Panelist("Petra Podium", email=TRACE),)
    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, panelists=panel), clock())
    an_evening(bridge, event, world, clock)
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga", "de", clock())
    with bridge.db.transaction() as connection:
        allowing.spend(connection, [Allowance(f"register {TRACE}", 5, timedelta(hours=1))], clock())
        (organiser_id,) = connection.execute(select(tables.organisers.c.id)).scalars()
        organisers.open_session(connection, TRACE, organiser_id, clock(), clock() + timedelta(hours=12))
        typed = UnsavedForm((("title_de", TRACE),), clock())
        unsaved_forms.keep(connection, organiser_id, "new", typed)
        appearance = Appearance(0, TRACE, TRACE)
        decisions.put(connection, event.id, appearance, Verdict.GUEST, None, organiser_id, clock())
        for name, columns in TRACED.items():
            table = tables.metadata.tables[name]
            for column in columns:
                connection.execute(table.update().values({column: cast(table.c.id, String) + TRACE}))
    filled = {name for name in FORGOTTEN if rows(bridge, name)}
    clock.set(event.forget_at)

    forget(bridge)
    clock.advance(days=31)
    forget(bridge)

    left = everything(bridge)
    assert filled == set(FORGOTTEN), "each of them had something to be forgotten"
    for trace in (TRACE, "Anna", "Albers", ANNA.email, "Brandt", BEN.email, "Gerda", "gerda@"):
        assert trace not in left


def test_what_people_need_and_ask_goes_a_day_after_the_end_and_nothing_else_with_it(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    answers = (Answer("origin", "Woher kommen Sie?", ("Hannover",)),)
    attend(bridge, event, replace(ANNA, needs="Rampe", asks="Warum?", answers=answers), replace(BEN, asks="Wie?"))
    later = hosting.create_event(bridge.db, a_draft_of_tomorrow(event), clock())
    hosting.publish_event(bridge.db, later.id, clock())
    attend(bridge, later, replace(CHIARA, needs="Untertitel"))
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.ends_at + timedelta(days=1, seconds=-1))
    forget(bridge)
    kept = [(row.needs, row.asks) for row in rows(bridge, "registrations")]
    before = rows(bridge, "registrations", email=ANNA.email)
    clock.advance(seconds=1)

    assert forget(bridge) == 2

    assert kept == [("Rampe", "Warum?"), ("", "Wie?"), ("Untertitel", "")]
    assert [(row.needs, row.asks) for row in rows(bridge, "registrations")] == [
        ("", ""),
        ("", ""),
        ("Untertitel", ""),
    ]
    (was,), (anna,) = before, rows(bridge, "registrations", email=ANNA.email)
    assert anna._asdict() == was._asdict() | {"needs": "", "asks": ""}
    assert look(bridge, event, ANNA).answers == answers
    assert at_zoom(world) == sorted([ANNA.email, BEN.email, CHIARA.email])
    assert forget(bridge) == 0


def a_draft_of_tomorrow(event: Event) -> EventDraft:
    """The same a day later."""
    day = timedelta(days=1)
    return a_draft(zoom_host=event.zoom_host, starts_at=event.starts_at + day, ends_at=event.ends_at + day)


def a_picture(digest: str, clock: Clock) -> Picture:
    return Picture(digest=digest * 64, media_type="image/webp", width=1, height=1, data=b"x", created_at=clock())


def keep_pictures(bridge: Bridge, clock: Clock, digests: str) -> None:
    picturing.keep(bridge.db, [a_picture(digest, clock) for digest in digests])


def pictures_left(bridge: Bridge) -> str:
    return "".join(sorted(row.digest[0] for row in rows(bridge, "pictures")))


def test_a_picture_that_is_shown_stays_and_one_that_nothing_shows_goes_after_thirty_days(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    keep_pictures(bridge, clock, "abcdef")
    draft = a_draft(
        zoom_host=event.zoom_host,
        hosted_by_logo="a" * 64,
        trailer_picture="b" * 64,
        partners=(Partner("Landesarbeitsgemeinschaft", logo="c" * 64),),
        panelists=(Panelist("Petra Podium", portrait="d" * 64),),
    )
    hosting.change_event(bridge.db, event.id, draft, clock())
    with bridge.db.transaction() as connection:
        instances.keep(connection, Instance(name="Umweltministerium", logo="e" * 64))
    clock.advance(days=30)
    forget(bridge)
    on_the_day = pictures_left(bridge)
    clock.advance(seconds=1)

    forget(bridge)

    assert on_the_day == "abcdef"
    assert pictures_left(bridge) == "abcde"


def test_every_column_that_names_a_picture_keeps_it() -> None:
    naming = {
        column
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if re.search("logo|portrait|picture|image", column.name)
    }

    assert naming == set(pictures.NAMED_IN)


def test_a_picture_in_a_form_that_may_still_be_saved_stays_and_goes_with_the_form(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    keep_pictures(bridge, clock, "ab")
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga", "de", clock())
    clock.advance(days=20)
    with bridge.db.transaction() as connection:
        (organiser_id,) = connection.execute(select(tables.organisers.c.id)).scalars()
        unsaved_forms.keep(connection, organiser_id, "new", UnsavedForm((("hosted_by_logo", "a" * 64),), clock()))
    clock.advance(days=20)
    forget(bridge)
    while_it_may_be_saved = pictures_left(bridge)
    clock.advance(days=11)

    forget(bridge)

    assert while_it_may_be_saved == "a"
    assert rows(bridge, "unsaved_forms") == []
    assert pictures_left(bridge) == ""


def test_a_picture_uploaded_again_is_as_young_as_it_is_now(bridge: Bridge, clock: Clock) -> None:
    keep_pictures(bridge, clock, "a")
    clock.advance(days=20)
    keep_pictures(bridge, clock, "a")
    clock.advance(days=20)

    forget(bridge)

    assert pictures_left(bridge) == "a"


def test_a_form_that_is_still_being_typed_is_not_old(bridge: Bridge, clock: Clock) -> None:
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga", "de", clock())
    with bridge.db.transaction() as connection:
        (organiser_id,) = connection.execute(select(tables.organisers.c.id)).scalars()
        unsaved_forms.keep(connection, organiser_id, "7", UnsavedForm((("title_de", "Neu"),), clock()))
    clock.advance(days=29)
    with bridge.db.transaction() as connection:
        unsaved_forms.keep(connection, organiser_id, "new", UnsavedForm((("title_de", "Neu"),), clock()))
    clock.advance(days=2)

    forget(bridge)

    assert [row.about for row in rows(bridge, "unsaved_forms")] == ["new"]


def test_who_never_confirmed_is_forgotten_after_72_hours(bridge: Bridge, event: Event, clock: Clock) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    attend(bridge, event, BEN)
    clock.advance(hours=72)
    forget(bridge)
    still_there = len(rows(bridge, "registrations"))
    clock.advance(seconds=1)

    forget(bridge)

    assert still_there == 2
    assert [row.email for row in rows(bridge, "registrations")] == [BEN.email]
    assert {row.registration_id for row in rows(bridge, "messages")} == {look(bridge, event, BEN).id}


def test_who_was_never_confirmed_but_may_be_at_zoom_is_taken_off_there_first(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, anna.key, clock())
    registering.register(bridge.db, event.slug, ANNA, clock())
    clock.advance(hours=73)

    forget(bridge)
    before = at_zoom(world)
    run(bridge, "sync_registrants")
    forget(bridge)

    assert before == [ANNA.email]
    assert at_zoom(world) == []
    assert rows(bridge, "registrations") == []


def test_who_waits_for_approval_at_zoom_is_not_forgotten_for_not_confirming(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    world.register(in_zoom(world)[0].id, CHIARA.email, "Chiara", "Conti")
    tell(bridge, world)
    clock.advance(days=4)

    forget(bridge)

    assert [row.email for row in rows(bridge, "registrations")] == [CHIARA.email]


def test_who_waits_at_zoom_and_did_not_confirm_here_still_waits_at_zoom(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    world.register(in_zoom(world)[0].id, CHIARA.email, "Chiara", "Conti")
    tell(bridge, world)
    registering.register(bridge.db, event.slug, CHIARA, clock())
    clock.advance(days=4)

    forget(bridge)

    assert [row.email for row in rows(bridge, "registrations")] == [CHIARA.email]


def test_when_the_retention_date_passes_everybody_is_erased_here_and_at_zoom(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    an_evening(bridge, event, world, clock)
    clock.set(event.forget_at - timedelta(seconds=1))
    forget(bridge)
    kept = at_zoom(world)
    clock.set(event.forget_at)

    forget(bridge)

    assert kept == [ANNA.email, BEN.email]
    assert in_zoom(world)[0].registrants == {}
    assert rows(bridge, "registrations") == rows(bridge, "messages") == []
    assert current(bridge, event).title_de == event.title_de, "the event itself stays"


def test_the_counts_stay(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    an_evening(bridge, event, world, clock)
    before = room(bridge, event)
    clock.set(event.forget_at)

    forget(bridge)

    after = room(bridge, event)
    assert len(before.attendances) == 4
    assert people(after) == people(before)
    assert {one.name for one in after.attendances} == {""}
    assert {one.registration_id for one in after.attendances} == {None}


def test_forgetting_twice_is_forgetting_once(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    an_evening(bridge, event, world, clock)
    clock.set(event.forget_at)
    forget(bridge)
    once = rows(bridge, "sightings")

    with bridge.db.reading() as connection:
        assert events.list_to_forget(connection, clock()) == []
    assert forget(bridge) == 0
    assert rows(bridge, "sightings") == once


def test_guests_of_an_event_without_registrations_are_forgotten_too(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    clock.set(event.starts_at)
    world.start(webinar.id)
    world.join(webinar.id, name="Gerda Gast", email="gerda@example.org")
    world.join(webinar.id, name="#Gast")
    tell(bridge, world)
    clock.set(event.forget_at)

    forget(bridge)

    assert "Gerda" not in str(rows(bridge, "sightings"))
    assert "gerda@" not in str(rows(bridge, "sightings"))
    assert "Gast" not in str(rows(bridge, "sightings"))


def test_somebody_whom_zoom_may_have_though_its_answer_got_lost_is_erased_there(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars")
    world.faults.lose_answer("POST", "/batch_registrants")
    run(bridge, "sync_registrants")
    clock.set(event.forget_at)

    forget(bridge)

    assert in_zoom(world)[0].registrants == {}


def test_somebody_under_another_name_whom_zoom_may_have_is_erased_there_too(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, replace(ANNA, zoom_name="Hut", zoom_email="guest-1@alias.example.org"))
    run(bridge, "sync_webinars")
    world.faults.lose_answer("POST", "/batch_registrants")
    run(bridge, "sync_registrants")
    clock.set(event.forget_at)

    forget(bridge)

    assert in_zoom(world)[0].registrants == {}


def test_while_zoom_is_down_nobody_is_erased_here_and_everybody_afterwards(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    an_evening(bridge, event, world, clock)
    clock.set(event.forget_at)
    world.faults.down()
    forget(bridge)
    kept = len(rows(bridge, "registrations"))
    world.faults.clear()

    forget(bridge)

    assert kept == 2
    assert rows(bridge, "registrations") == []
    assert in_zoom(world)[0].registrants == {}


def test_one_event_that_cannot_be_erased_does_not_keep_the_others(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere", zoom_host=event.zoom_host), clock())
    hosting.publish_event(bridge.db, other.id, clock())
    attend(bridge, event, ANNA)
    attend(bridge, other, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.forget_at)
    world.faults.fail(500, "DELETE", f"/{twin(bridge, event).zoom_id}/registrants/*", times=None)

    forget(bridge)

    assert [row.email for row in rows(bridge, "registrations")] == [ANNA.email]


def test_what_zoom_refuses_for_good_is_erased_here_all_the_same(
    bridge: Bridge, event: Event, world: World, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    an_evening(bridge, event, world, clock)
    clock.set(event.forget_at)
    in_zoom(world)[0].settings["approval_type"] = 2
    world.faults.fail(400, "DELETE", "/registrants/*", times=None)

    forget(bridge)

    assert rows(bridge, "registrations") == []
    assert ANNA.email not in caplog.text


def test_a_webinar_that_is_gone_has_forgotten_everybody_already(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    an_evening(bridge, event, world, clock)
    world.delete_webinar(in_zoom(world)[0].id)
    clock.set(event.forget_at)

    forget(bridge)

    assert rows(bridge, "registrations") == []


def test_the_news_of_our_own_erasing_brings_nobody_back(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    an_evening(bridge, event, world, clock)
    clock.set(event.forget_at)
    forget(bridge)

    tell(bridge, world)
    clock.advance(minutes=11)
    run(bridge, "apply_webhooks")
    clock.advance(minutes=1)
    forget(bridge)

    assert rows(bridge, "registrations") == []
    assert not any(row.body for row in rows(bridge, "deliveries") if ANNA.email.encode() in row.body)


def test_raw_deliveries_are_emptied_after_thirty_days_and_not_before(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    announce(bridge, "webinar.started", str(twin(bridge, event).zoom_id), NOW, uuid="sitting")
    run(bridge, "apply_webhooks")
    announce(bridge, "webinar.ended", str(twin(bridge, event).zoom_id), NOW, uuid="sitting")

    clock.set(NOW + timedelta(days=30))
    forget(bridge)
    kept = [bool(row.body) for row in rows(bridge, "deliveries")]
    clock.advance(seconds=1)
    forget(bridge)

    assert kept == [True, True]
    assert [bool(row.body) for row in rows(bridge, "deliveries")] == [False, True], "what waits is still needed"


def test_moving_the_event_moves_the_retention_date(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    later = {"starts_at": event.starts_at + timedelta(days=60), "ends_at": event.ends_at + timedelta(days=60)}
    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, **later), clock())
    clock.set(event.forget_at)

    forget(bridge)

    assert len(rows(bridge, "registrations")) == 1
    assert current(bridge, event).forget_at == event.forget_at + timedelta(days=60)


def test_forgetting_twenty_people_asks_zoom_once_for_each(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.quotas.plan = "unlimited"
    attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(20)))
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.forget_at)

    forgotten = forgetting.forget_attendees(bridge.db, bridge.zoom, event.id)

    assert forgotten == 20
    assert in_zoom(world)[0].registrants == {}
