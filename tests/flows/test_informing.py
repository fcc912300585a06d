"""Imprint, privacy notice and accessibility statement keep every version."""

import threading
from datetime import timedelta

from tests.clock import NOW
from tests.flows.deeds import rows
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import informing
from zoom_bridge.store import notices
from zoom_bridge.store.database import Database

PRIVACY = NoticeKind.PRIVACY


def current(bridge: Bridge, language: str) -> str | None:
    with bridge.db.reading() as connection:
        notice = notices.current(connection, PRIVACY, language)
    return notice and notice.text


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(bridge: Bridge) -> None:
    changed = [
        informing.write_notice(bridge.db, PRIVACY, "de", text, NOW + timedelta(days=n))
        for n, text in enumerate(["eins", "eins", "zwei"])
    ]

    assert changed == [True, False, True]
    assert [(row.version, row.text) for row in rows(bridge, "notices")] == [(1, "eins"), (2, "zwei")]
    assert current(bridge, "de") == "zwei"


def test_without_a_text_in_ones_language_the_other_is_shown(bridge: Bridge) -> None:
    informing.write_notice(bridge.db, PRIVACY, "de", "auf Deutsch", NOW)

    assert current(bridge, "en") == "auf Deutsch"


def test_an_emptied_text_counts_as_missing(bridge: Bridge) -> None:
    informing.write_notice(bridge.db, PRIVACY, "de", "eins", NOW)
    informing.write_notice(bridge.db, PRIVACY, "de", "   ", NOW)

    assert current(bridge, "de") is None
    with bridge.db.reading() as connection:
        assert set(notices.missing(connection)) == {NoticeKind.IMPRINT, NoticeKind.PRIVACY}


def test_two_organisers_saving_at_once_both_succeed(db: Database) -> None:
    trouble: list[Exception] = []

    def save(text: str) -> None:
        try:
            informing.write_notice(db, NoticeKind.IMPRINT, "de", text, NOW)
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=save, args=(f"Fassung {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading() as connection:
        newest = notices.newest(connection, NoticeKind.IMPRINT, "de")
    assert trouble == []
    assert newest is not None
    assert newest.version == 6
