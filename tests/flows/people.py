"""People who register, one after the other or all at once."""

import threading

from tests.builders import a_draft
from tests.cast import ANNA
from tests.flows.deeds import letters, look
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import hosting, registering


def register(bridge: Bridge, event: Event, person: Attendee = ANNA) -> None:
    registering.register(bridge.db, event.slug, person, bridge.clock())


def arrange(bridge: Bridge, event: Event, **changes: object) -> None:
    draft = a_draft(**{"zoom_host": event.zoom_host} | changes)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def kinds(bridge: Bridge, event: Event, person: Attendee = ANNA) -> list[str]:
    return [kind for kind, _ in letters(bridge, look(bridge, event, person))]


def at_once(threads: int, act) -> None:
    """Runs act(0), act(1) and so on at the same moment. What goes wrong in a thread fails the test."""
    started = threading.Barrier(threads)
    wrong: list[BaseException] = []

    def begin(n: int) -> None:
        started.wait()
        try:
            act(n)
        except BaseException as error:
            wrong.append(error)

    running = [threading.Thread(target=begin, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not wrong, wrong
