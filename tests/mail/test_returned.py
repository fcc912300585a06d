"""What comes back: reports of mail servers are read, whatever they are made of; everything else is passed over."""

import pytest

from zoom_bridge.domain.bounce import Bounce, Reason, reason
from zoom_bridge.mail import returned

LETTER = "<r2.confirmation.1.abc@events.example.org>"
FAILED = """\
Original-Recipient: rfc822;ben@example.org
Final-Recipient: rfc822; ben@elsewhere.example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ben@example.org>: no such
    mailbox
"""


def report(
    fields: str = FAILED,
    *,
    status: str = "message/delivery-status",
    letter: str = "message/rfc822",
    header: str = f"From: events@example.org\nMessage-ID:\n {LETTER}\nSubject: Willkommen\n",
    whole: str = "multipart/report; report-type=delivery-status",
) -> bytes:
    text = f"""\
From: MAILER-DAEMON@mx.example.org
Subject: Message-ID: <r9.wrong@events.example.org> 5.7.1
Content-Type: {whole}; boundary="here"

--here
Content-Type: text/plain; charset=utf-8

Your letter {LETTER} to chiara@example.org failed: 5.2.2 mailbox full.

--here
Content-Type: {status}

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 7 Sep 2026 10:00:00 +0200

{fields}
--here
Content-Type: {letter}

{header}
Guten Tag

--here--
"""
    return text.replace("\n", "\r\n").encode()


SHAPES = {
    "the whole letter behind it": report(),
    "only its header behind it": report(letter="text/rfc822-headers"),
    "its header as a message": report(letter="message/rfc822-headers"),
    "for addresses of all scripts": report(
        status="message/global-delivery-status", letter="message/global-headers"
    ),
    "cut off after the header": report().partition(b"Guten Tag")[0],
    "lines that end otherwise": report().replace(b"\r\n", b"\n"),
    "names in capitals": report(FAILED.replace("Action: failed", "ACTION: FAILED")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_is_read_in_each_of_its_shapes(shape: str) -> None:
    assert returned.read(SHAPES[shape]) == [
        Bounce(
            LETTER,
            ("ben@example.org", "ben@elsewhere.example.org"),
            final=True,
            status="5.1.1",
            words="550 5.1.1 <ben@example.org>: no such mailbox",
        )
    ]


def test_each_recipient_of_a_report_counts_and_what_arrived_is_no_bounce() -> None:
    late = "\nFinal-Recipient: rfc822; anna@example.org\nAction: delayed\nStatus: 4.4.1\n"
    arrived = "\nFinal-Recipient: rfc822; chiara@example.org\nAction: relayed\nStatus: 2.0.0\n"

    bounces = returned.read(report(FAILED + late + arrived))

    assert [(bounce.recipients[-1], bounce.final, bounce.status) for bounce in bounces] == [
        ("ben@elsewhere.example.org", True, "5.1.1"),
        ("anna@example.org", False, "4.4.1"),
    ]


def test_a_status_of_noughts_gives_way_to_the_one_that_the_server_quotes() -> None:
    vague = FAILED.replace("Status: 5.1.1", "Status: 5.0.0")

    assert returned.read(report(vague))[0].status == "5.1.1"
    assert returned.read(report(vague.replace("550 5.1.1", "550")))[0].status == "5.0.0"


NOTHING = {
    "a note of absence": b"Subject: Re: Willkommen\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: " + LETTER.encode() + b"\r\n\r\nI am away. Status: 5.1.1\r\n",
    "prose about a failure": report(whole="multipart/mixed"),
    "a receipt": report(FAILED.replace("failed", "delivered")),
    "a report on nobody": report("Action: failed\nStatus: 5.1.1\n"),
    "a report on no letter": report(header="From: events@example.org\n"),
    "a report without fields": report(status="text/plain"),
    "nothing": b"",
    "noise": bytes(range(256)) * 20,
    "parts in parts": b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: multipart/report; boundary=a\r\n\r\n" * 300,
}  # fmt: skip


@pytest.mark.parametrize("other", NOTHING)
def test_everything_else_is_passed_over(other: str) -> None:
    assert returned.read(NOTHING[other]) == []


def test_strangers_words_are_one_short_line() -> None:
    nasty = FAILED.replace("no such", "\x1b[31m\u202eno\x00such" + "x" * 2000)

    words = returned.read(report(nasty))[0].words

    assert words.isprintable()
    assert len(words) <= 300


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("5.1.1", Reason.NO_SUCH_ADDRESS),
        ("5.1.10", Reason.NO_SUCH_DOMAIN),
        ("4.2.2", Reason.FULL),
        ("5.2.2", Reason.FULL),
        ("4.4.1", Reason.UNREACHABLE),
        ("5.7.26", Reason.NOT_WANTED),
        ("5.0.0", Reason.UNKNOWN),
        ("5.9.9", Reason.UNKNOWN),
    ],
)
def test_why_it_came_back_is_told_by_the_status_alone(status: str, expected: Reason) -> None:
    assert reason(status) is expected
