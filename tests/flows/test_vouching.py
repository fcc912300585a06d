"""The doctor's look at our mail: what the DNS says of the sender, who reads what comes back, and a test letter."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.clock import NOW
from tests.name_server import name_server
from zoom_bridge.domain.finding import Finding
from zoom_bridge.flows import vouching
from zoom_bridge.flows.vouching import Sending
from zoom_bridge.i18n import speech
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.names import Names
from zoom_bridge.mail.probe import probe
from zoom_bridge.mail.return_box import ReturnBox
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.web import diagnosis

HOUSE = "ministry.gov.zz"
SPF, DMARC, KEY = '"v=spf1 mx -all"', '"v=DMARC1; p=quarantine"', '"v=DKIM1; k=rsa; p=MIGf" "MA0G"'

Zone = dict[str, dict[str, list[str]]]


def in_order() -> Zone:
    return {
        HOUSE: {"MX": ["10 mx.gov.zz."], "TXT": ['"something else"', SPF]},
        f"_dmarc.{HOUSE}": {"TXT": [DMARC]},
        f"mail._domainkey.{HOUSE}": {"TXT": [KEY]},
    }


@pytest.fixture
def zone() -> Zone:
    return in_order()


@pytest.fixture
def sending(zone: Zone) -> Iterator[Sending]:
    with name_server(zone) as address:
        yield Sending(
            post=PostOffice("127.0.0.1", 1, "none", timeout=2),
            server="127.0.0.1:1",
            sender=f"events@{HOUSE}",
            bounces=f"events@{HOUSE}",
            names=Names(address),
        )


def found(sending: Sending) -> dict[str, Finding]:
    return {finding.id: finding for finding in vouching.vouch(sending)}


def test_of_a_domain_in_good_order_that_is_said(sending: Sending) -> None:
    findings = found(sending)

    assert {name: finding.good for name, finding in findings.items()} == dict.fromkeys(
        ("mail.sender", "mail.mx", "mail.spf", "mail.dkim", "mail.dmarc"), True
    )
    said = "\n".join(diagnosis.lines(list(findings.values()), speech("de")))
    assert f"SPF: {HOUSE} sagt, wer für sie senden darf: v=spf1 mx -all" in said
    assert "unter mail" in said
    assert "p=quarantine" in said


AILMENTS: dict[str, tuple[str, dict[str, list[str]] | None, str, bool | None, str]] = {
    "no SPF": (HOUSE, {"MX": ["10 mx.gov.zz."]}, "mail.spf", False, "welche Mailserver"),
    "two SPF": (HOUSE, {"MX": ["10 mx.gov.zz."], "TXT": [SPF, '"v=spf1 -all"']}, "mail.spf", False, "mehrere"),
    "SPF for all": (HOUSE, {"MX": ["10 mx.gov.zz."], "TXT": ['"v=spf1 mx all"']}, "mail.spf", False, "alle Welt"),
    "no DMARC": (f"_dmarc.{HOUSE}", None, "mail.dmarc", False, f"_dmarc.{HOUSE}"),
    "two DMARC": (f"_dmarc.{HOUSE}", {"TXT": [DMARC, DMARC.replace("1", "1; sp=none")]}, "mail.dmarc", False, "mehrere"),
    "DKIM not found": (f"mail._domainkey.{HOUSE}", None, "mail.dkim", None, "--dkim-selector"),
    "DKIM revoked": (f"mail._domainkey.{HOUSE}", {"TXT": ['"v=DKIM1; p="']}, "mail.dkim", False, "unter mail"),
    "no post": (HOUSE, {"TXT": [SPF]}, "mail.mx", False, "nimmt niemand"),
    "null MX": (HOUSE, {"TXT": [SPF], "MX": ["0 ."]}, "mail.mx", False, "sagt von sich"),
    "no such domain": (HOUSE, None, "mail.mx", False, "gibt es nicht"),
}  # fmt: skip


@pytest.mark.parametrize("ailment", AILMENTS)
def test_what_is_missing_in_the_dns_is_found_with_what_to_do(ailment: str, sending: Sending, zone: Zone) -> None:
    name, records, finding_id, good, words = AILMENTS[ailment]
    zone.pop(name)
    if records is not None:
        zone[name] = records

    finding = found(sending)[finding_id]

    assert finding.good is good
    assert words in "\n".join(diagnosis.lines([finding], speech("de")))
    assert good is None or finding.do


def test_a_selector_that_somebody_names_is_asked_for_alone(sending: Sending) -> None:
    assert found(replace(sending, selectors=("mail",)))["mail.dkim"].good is True
    assert found(replace(sending, selectors=("spring",)))["mail.dkim"].good is False


def test_the_policy_of_the_domain_above_counts_for_those_below(sending: Sending, zone: Zone) -> None:
    zone[f"events.{HOUSE}"] = {"MX": ["10 mx.gov.zz."], "TXT": [SPF]}

    findings = found(replace(sending, sender=f"a@events.{HOUSE}", bounces=f"a@events.{HOUSE}"))

    assert findings["mail.dmarc"].good
    assert findings["mail.dmarc"].values["name"] == HOUSE


def test_who_comes_back_to_another_domain_is_told_that_only_the_signature_counts(sending: Sending) -> None:
    assert "mail.alignment" not in found(replace(sending, bounces=f"back@bounces.{HOUSE}"))
    assert "mail.alignment" in found(replace(sending, bounces="back@provider.zz"))


@pytest.mark.parametrize(
    "local", ["noreply", "no-reply", "Do_Not_Reply", "donotreply", "nicht-antworten", "keine.antwort"]
)
def test_a_sender_who_does_not_want_answers_is_none(local: str, sending: Sending) -> None:
    assert found(replace(sending, sender=f"{local}@{HOUSE}"))["mail.sender"].good is False


@pytest.mark.parametrize("local", ["events", "notice", "veranstaltungen", "notar", "reply"])
def test_others_are_good(local: str, sending: Sending) -> None:
    assert found(replace(sending, sender=f"{local}@{HOUSE}"))["mail.sender"].good


def test_when_the_dns_is_silent_nothing_is_said_of_the_domain(sending: Sending) -> None:
    findings = found(replace(sending, names=Names(("127.0.0.1", 1), seconds=0.3)))

    assert set(findings) == {"mail.sender", "mail.dns"}
    assert findings["mail.dns"].good is False


def test_of_a_domain_for_examples_nothing_is_asked(sending: Sending) -> None:
    assert found(replace(sending, sender="events@example.org"))["mail.dns"].good is None


def test_a_mailbox_that_nobody_reads_and_one_that_cannot_be_read_are_told_apart(sending: Sending) -> None:
    unread = list(vouching.look_at_box(sending))
    closed = list(vouching.look_at_box(replace(sending, box=ReturnBox("127.0.0.1", 1, "none", timeout=2))))

    assert [finding.good for finding in (*unread, *closed)] == [None, False]
    assert "[imap]" in "\n".join(diagnosis.lines(closed, speech("de")))


def test_a_test_letter_goes_the_way_of_all_letters_and_its_refusal_is_told(
    sending: Sending, tmp_path: Path
) -> None:
    catcher = MailCatcher(tmp_path)
    catcher.start()
    catcher.refuse("ben@example.org", 550, "Nobody here")
    office = PostOffice("127.0.0.1", catcher.port, "none", timeout=5)
    told = []
    for to in ("anna@example.org", "ben@example.org"):
        letter = probe(f"events@{HOUSE}", f"back@{HOUSE}", to, "events.example.org", "de", NOW)
        told += vouching.look_at_server(replace(sending, post=office, letter=letter))
    [caught] = catcher.letters()
    catcher.stop()

    assert [(finding.id, finding.good) for finding in told] == [
        ("mail", True), ("mail.letter", True), ("mail", True), ("mail.letter", False),
    ]  # fmt: skip
    assert "Nobody here" in "\n".join(diagnosis.lines(told, speech("de")))
    assert (caught.sender, caught.recipient) == (f"back@{HOUSE}", "anna@example.org")
    read = message_from_bytes(caught.source, policy=policy.default)
    assert read["From"] == f"events@{HOUSE}"
    assert read["Auto-Submitted"] == "auto-generated"
    assert "dkim=pass" in caught.text
