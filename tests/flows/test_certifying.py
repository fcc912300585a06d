"""Certificates: for whoever was there for long enough, once it is settled; taken back where it was not true; and still
good when the person is forgotten."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import current, letters, look, rows, run
from tests.flows.evenings import deliver, room
from tests.flows.test_following_up import hold, report
from tests.flows.test_reminding import move
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.certificate import Certificate, CertificateRule, holder_of, read, written
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import ChangedMeanwhile, TooManyRequests
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import certifying, registering
from zoom_bridge.flows.certifying import Roll
from zoom_bridge.simulator.world import World
from zoom_bridge.store import certificates

DAYS = timedelta(days=14)


@pytest.fixture
def evening(bridge: Bridge, event: Event, world: World, clock: Clock) -> Event:
    """Anna was there for 90 minutes of 90, Dora as well, by telephone, Ben for 30, Chiara not; it is settled."""
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    return event


def issue(bridge: Bridge, event: Event, registration_id: int | None = None) -> int:
    return certifying.issue(
        bridge.db, bridge.links, event.id, room(bridge, event), bridge.clock(), registration_id
    )


def roll(bridge: Bridge, event: Event) -> Roll:
    with bridge.db.reading() as connection:
        return certifying.call_roll(connection, bridge.links, event, room(bridge, event))


def holding(bridge: Bridge, event: Event, person: Attendee) -> Certificate | None:
    with bridge.db.reading() as connection:
        return certificates.find_holding(connection, look(bridge, event, person).id)


def code(bridge: Bridge, event: Event, person: Attendee) -> str:
    found = holding(bridge, event, person)
    assert found
    return bridge.links.certificate_code(look(bridge, event, person).key, found.issued_at)


def ask_for(bridge: Bridge, event: Event, share: int) -> None:
    certifying.write_rule(bridge.db, CertificateRule(event_id=event.id, share=share))


def test_who_was_there_for_long_enough_gets_one_by_mail_and_others_do_not(
    bridge: Bridge, evening: Event, mailbox: Mailbox
) -> None:
    issued, again = issue(bridge, evening), issue(bridge, evening)
    run(bridge, "send_mail")

    assert (issued, again) == (2, 0), "Anna, and Dora whose telephone is known to be hers"
    assert holding(bridge, evening, BEN) is None
    assert holding(bridge, evening, CHIARA) is None
    letter = mailbox.to(ANNA.email)[-1]
    (paper,) = letter.message.iter_attachments()
    text = PdfReader(io.BytesIO(paper.get_content())).pages[0].extract_text()
    assert paper.get_filename() == "Teilnahmebescheinigung.pdf"
    assert "Anna Albers" in text
    assert "90 Minuten" in text
    assert written(code(bridge, evening, ANNA)) in text
    assert not [one for one in mailbox.to(BEN.email) if "escheinigung" in one.subject]


def test_none_is_issued_before_it_is_settled_who_was_there(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    hold(bridge, event, world, clock)
    deliver(bridge, world)

    with pytest.raises(ChangedMeanwhile):
        issue(bridge, event)

    assert not rows(bridge, "certificates")


def test_the_rule_decides_and_what_it_decided_before_is_brought_in_line(bridge: Bridge, evening: Event) -> None:
    issue(bridge, evening)
    ask_for(bridge, evening, 33)
    asked_for_less = [one.person.email for one in roll(bridge, evening).to_issue]
    ask_for(bridge, evening, 40)
    narrowly = [one.person.email for one in roll(bridge, evening).candidates if one.narrowly]
    ask_for(bridge, evening, 33)
    issue(bridge, evening)
    ask_for(bridge, evening, 80)

    issue(bridge, evening)

    assert asked_for_less == narrowly == [BEN.email]
    assert holding(bridge, evening, BEN) is None
    assert holding(bridge, evening, ANNA)
    assert letters(bridge, look(bridge, evening, BEN))[-1] == (Kind.CERTIFICATE, "superseded"), "it had not left"


def test_corrected_minutes_or_another_name_make_a_new_one_and_the_old_one_holds_no_more(
    bridge: Bridge, evening: Event, clock: Clock, mailbox: Mailbox
) -> None:
    issue(bridge, evening)
    old = code(bridge, evening, ANNA)
    registering.change_details(bridge.db, look(bridge, evening, ANNA).key, replace(ANNA, last_name="Anders"))
    stale = [one.person.name for one in roll(bridge, evening).to_replace]
    clock.advance(minutes=5)

    n = issue(bridge, evening)
    run(bridge, "send_mail")

    assert stale == ["Anna Anders"]
    assert n == 1
    with bridge.db.reading() as connection:
        before = certificates.find_by_hash(connection, rows(bridge, "certificates")[0].code_hash)
    assert before
    assert before.withdrawn_at == clock()
    assert code(bridge, evening, ANNA) != old
    assert [fate for kind, fate in letters(bridge, look(bridge, evening, ANNA)) if kind == Kind.CERTIFICATE] == [
        "superseded",
        "sent",
    ]


def test_one_withdrawn_by_hand_comes_back_only_when_somebody_says_so(
    bridge: Bridge, evening: Event, clock: Clock
) -> None:
    issue(bridge, evening)
    anna = holding(bridge, evening, ANNA)
    assert anna
    certifying.withdraw(bridge.db, evening.id, anna.id, clock())
    clock.advance(minutes=5)

    with_all_others = issue(bridge, evening)
    by_herself = issue(bridge, evening, look(bridge, evening, ANNA).id)

    assert (with_all_others, by_herself) == (0, 1)


def test_it_is_still_good_when_the_person_is_forgotten_and_knows_the_name_that_is_typed(
    bridge: Bridge, evening: Event, clock: Clock
) -> None:
    issue(bridge, evening)
    anna = code(bridge, evening, ANNA)
    clock.set(evening.forget_at + timedelta(minutes=1))
    run(bridge, "forget")

    found, is_hers = certifying.look_up(bridge.db, anna, (), clock(), "anna  ALBERS")
    _, is_his = certifying.look_up(bridge.db, anna, (), clock(), BEN.name)

    assert found
    assert (found.minutes, found.registration_id, found.withdrawn_at) == (90, None, None)
    assert is_hers
    assert not is_his
    assert not [row for row in rows(bridge, "certificates") if anna in str(row) or ANNA.last_name in str(row)]


def test_names_are_not_found_by_trying(bridge: Bridge, evening: Event, clock: Clock) -> None:
    issue(bridge, evening)
    anna, few = code(bridge, evening, ANNA), (Allowance("name", 2, timedelta(hours=1)),)

    for _ in range(2):
        certifying.look_up(bridge.db, anna, few, clock(), "Mallory")

    with pytest.raises(TooManyRequests):
        certifying.look_up(bridge.db, anna, few, clock(), ANNA.name)


def test_a_code_is_read_however_it_is_typed() -> None:
    assert read(" 0o1i-lL2z ") == "001111" + "2Z"
    assert written("ABCDEFGH") == "ABCD-EFGH"


def test_a_rehearsal_that_zoom_has_reported_earns_nobody_a_certificate_of_the_event(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    hold(bridge, replace(event, starts_at=event.starts_at - DAYS, ends_at=event.ends_at - DAYS), world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    assert roll(bridge, event).settled

    with pytest.raises(ChangedMeanwhile):
        issue(bridge, event)


def test_of_a_date_that_is_still_to_come_no_certificate_speaks(
    bridge: Bridge, evening: Event, clock: Clock, mailbox: Mailbox
) -> None:
    issue(bridge, evening)

    move(bridge, evening, DAYS)
    run(bridge, "send_mail")

    assert (Kind.CERTIFICATE, "superseded") in letters(bridge, look(bridge, evening, ANNA))
    assert not [letter for letter in mailbox.to(ANNA.email) if "escheinigung" in letter.subject]
    with pytest.raises(ChangedMeanwhile):
        issue(bridge, evening)
    assert ANNA.name in [one.person.name for one in roll(bridge, current(bridge, evening)).to_replace], (
        "once it was held anew"
    )


@pytest.mark.parametrize(
    ("registered", "typed"), [("Nóra O’Brien", "nóra o'brien"), ("Anne\N{NON-BREAKING HYPHEN}Marie", "Anne-Marie")]
)
def test_a_name_is_the_same_whatever_apostrophe_or_hyphen_a_keyboard_has(registered: str, typed: str) -> None:
    assert holder_of(registered, "C") == holder_of(typed, "C")
