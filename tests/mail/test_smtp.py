"""Handing letters over: every way a mail server can fail, and what we take it for."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.clock import NOW
from tests.mail.scripted_server import CUT, DRIBBLE, HANG, ScriptedServer
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail import smtp
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.smtp import PostOffice, stuffed

LETTER = Envelope("events@example.org", "anna@example.org", b"Subject: Hello\r\n\r\nDear Anna\r\n")
TO_BEN = Envelope("events@example.org", "ben@example.org", LETTER.data)
both_ways = pytest.mark.parametrize("features", [(), ("PIPELINING",)], ids=["step by step", "pipelined"])


@pytest.fixture
def offices() -> Iterator[list[PostOffice]]:
    opened: list[PostOffice] = []
    yield opened
    for office in opened:
        office.close()


@pytest.fixture
def office_for(offices):
    def make(server: ScriptedServer, **how) -> PostOffice:
        settings = {"security": "none", "timeout": 2, "deadline": 3, "clock": lambda: NOW}
        office = PostOffice("127.0.0.1", server.port, **(settings | how))
        offices.append(office)
        return office

    return make


def failure_of(office: PostOffice, envelope: Envelope = LETTER) -> Failure:
    with pytest.raises(Failure) as caught, office.line() as line:
        line.send(envelope)
    return caught.value


@both_ways
def test_a_letter_is_handed_over_whole(office_for, features):
    with ScriptedServer(*features) as server:
        with office_for(server).line() as line:
            line.send(LETTER)

        assert server.letters == [LETTER.data + b".\r\n"]
        assert "MAIL FROM:<events@example.org>" in server.commands
        assert "RCPT TO:<anna@example.org>" in server.commands


def test_a_pipelining_server_gets_sender_recipient_and_data_in_one_write(office_for):
    with ScriptedServer("PIPELINING") as server:
        with office_for(server).line() as line:
            line.send(LETTER)

        envelope = next(write for write in server.writes if write.startswith(b"MAIL"))
        assert envelope == b"MAIL FROM:<events@example.org>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"


@both_ways
def test_one_line_carries_many_letters(office_for, features):
    with ScriptedServer(*features) as server:
        office = office_for(server)

        for _ in range(3):
            with office.line() as line:
                line.send(LETTER)
                line.send(TO_BEN)

        assert len(server.letters) == 6
        assert server.connections == 1


def test_the_next_letter_is_announced_with_the_last_dot_and_its_text_leaves_in_its_own_turn(office_for):
    with ScriptedServer("PIPELINING", end=["250 taken", (0.1, "250 taken")]) as server:
        with office_for(server).line() as line:
            line.send(LETTER, TO_BEN.recipient)
            while "RCPT TO:<ben@example.org>" not in server.commands:
                time.sleep(0.001)
            before = list(server.letters)
            line.send(TO_BEN)

        assert before == [LETTER.data + b".\r\n"], "announced, and no more"
        assert len(server.letters) == 2
        assert server.connections == 1
        assert server.commands.count("RCPT TO:<ben@example.org>") == 1


def test_without_pipelining_nothing_is_announced(office_for):
    with ScriptedServer() as server:
        with office_for(server).line() as line:
            line.send(LETTER, TO_BEN.recipient)

        assert "RCPT TO:<ben@example.org>" not in server.commands


@pytest.mark.parametrize("instead", [LETTER, None], ids=["another letter", "nothing"])
def test_what_was_announced_and_does_not_come_costs_the_line_and_no_letter(office_for, instead):
    with ScriptedServer("PIPELINING") as server:
        office = office_for(server)
        with office.line() as line:
            line.send(LETTER, TO_BEN.recipient)
            if instead:
                line.send(instead)
        with office.line() as line:
            line.send(TO_BEN)

        assert len(server.letters) == (3 if instead else 2)
        assert server.connections == 2
        assert b"RSET" not in b"".join(server.letters), "no command was taken for a letter's text"


@pytest.mark.parametrize("end", ["451 try later", "554 no"])
def test_a_refused_letter_does_not_disturb_the_one_that_was_announced_with_it(office_for, end):
    with ScriptedServer("PIPELINING", end=[end, "250 taken"]) as server:
        with office_for(server).line() as line:
            with pytest.raises(Failure):
                line.send(LETTER, TO_BEN.recipient)
            line.send(TO_BEN)

        assert server.letters[1] == TO_BEN.data + b".\r\n"
        assert server.connections == 1


def test_an_announced_recipient_who_is_refused_fails_in_their_own_turn(office_for):
    script = {"RCPT": ["250 fine", "550 5.1.1 unknown", "250 fine"], "DATA": ["354 go", "554 nobody", "354 go"]}
    with ScriptedServer("PIPELINING", **script) as server:
        with office_for(server).line() as line:
            line.send(LETTER, TO_BEN.recipient)
            with pytest.raises(Failure) as caught:
                line.send(TO_BEN)
            line.send(LETTER)

        assert caught.value.permanent
        assert "5.1.1 unknown" in caught.value.message
        assert len(server.letters) == 2


@pytest.mark.parametrize("answer", ["421 enough on this line", CUT])
def test_a_server_that_tires_of_what_was_announced_gets_it_anew_on_another_line(office_for, answer):
    with ScriptedServer("PIPELINING", MAIL=["250 fine", answer, "250 fine"]) as server:
        with office_for(server).line() as line:
            line.send(LETTER, TO_BEN.recipient)
            line.send(TO_BEN)

        assert len(server.letters) == 2
        assert server.connections == 2


@pytest.mark.parametrize("answer", ["421 going down", CUT, "hello"])
def test_after_an_answer_that_ends_the_line_what_was_announced_is_forgotten_with_it(office_for, answer):
    with ScriptedServer("PIPELINING", end=[answer, "250 taken"]) as server:
        with office_for(server).line() as line:
            with pytest.raises(Failure):
                line.send(LETTER, TO_BEN.recipient)
            line.send(TO_BEN)

        assert len(server.letters) == 2
        assert server.connections == 2


def test_a_letter_that_was_announced_and_is_too_big_never_leaves(office_for):
    big = Envelope(TO_BEN.sender, TO_BEN.recipient, b"x" * 60)
    with ScriptedServer("PIPELINING", "SIZE 50") as server:
        with office_for(server).line() as line:
            line.send(LETTER, big.recipient)
            with pytest.raises(Failure):
                line.send(big)
            line.send(LETTER)

        assert len(server.letters) == 2
        assert server.connections == 2


@pytest.mark.parametrize("reason", [Failure("not now"), RuntimeError()])
def test_a_letter_kept_back_at_the_last_look_leaves_no_byte_and_the_next_one_comes_whole(office_for, reason):
    def last_look() -> None:
        raise reason

    with ScriptedServer("PIPELINING") as server:
        with office_for(server).line() as line:
            with pytest.raises(type(reason)):
                line.send(LETTER, last_look=last_look)
            line.send(TO_BEN)

        assert server.letters == [TO_BEN.data + b".\r\n"]


def test_a_line_that_nobody_needs_is_closed_after_a_while(office_for, monkeypatch):
    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0.05)
    with ScriptedServer() as server:
        with office_for(server).line() as line:
            line.send(LETTER)
        until = time.monotonic() + 3
        while "QUIT" not in server.commands and time.monotonic() < until:
            time.sleep(0.01)

        assert server.commands[-1] == "QUIT"


@both_ways
def test_a_line_that_the_server_dropped_in_between_is_replaced_without_a_failure(office_for, features):
    with ScriptedServer(*features) as server:
        office = office_for(server)
        with office.line() as line:
            line.send(LETTER)
        server.hang_up()

        with office.line() as line:
            line.send(TO_BEN)

        assert len(server.letters) == 2
        assert server.connections == 2


@both_ways
def test_a_server_that_tires_of_a_line_gets_a_new_one(office_for, features):
    with ScriptedServer(*features, MAIL=["250 fine", "421 enough on this line", "250 fine"]) as server:
        office = office_for(server)

        with office.line() as line:
            line.send(LETTER)
            line.send(TO_BEN)

        assert len(server.letters) == 2
        assert server.connections == 2


def test_a_server_that_refuses_connections_stops_the_run_and_can_be_tried_again(office_for):
    with ScriptedServer() as server:
        office = office_for(server)

    failure = failure_of(office)

    assert failure.systemic
    assert not failure.permanent
    assert "cannot be reached" in failure.message


@both_ways
@pytest.mark.parametrize("where", ["greeting", "MAIL", "RCPT", "DATA", "end"])
def test_a_421_pauses_the_whole_destination(office_for, features, where):
    with ScriptedServer(*features, **{where: "421 too busy"}) as server:
        failure = failure_of(office_for(server))

    assert failure.systemic
    assert not failure.permanent
    assert not failure.outcome_unknown
    assert "too busy" in failure.message


@both_ways
def test_greylisting_concerns_one_recipient_and_for_five_minutes(office_for, features):
    with ScriptedServer(*features, RCPT=["450 4.2.0 greylisted", "250 fine"]) as server:
        office = office_for(server)
        with office.line() as line:
            with pytest.raises(Failure) as caught:
                line.send(LETTER)
            line.send(TO_BEN)

        assert not caught.value.systemic
        assert not caught.value.permanent
        assert (caught.value.not_before - NOW).total_seconds() >= 300
        assert len(server.letters) == 1


@both_ways
def test_a_mailbox_that_does_not_exist_is_a_permanent_failure_of_one_letter(office_for, features):
    no_data = [] if features else ["354 go ahead"]
    data = ["554 no valid recipients", "354 go ahead"] if features else no_data
    with ScriptedServer(*features, RCPT=["550 5.1.1 unknown", "250 fine"], DATA=data) as server:
        office = office_for(server)
        with office.line() as line:
            with pytest.raises(Failure) as caught:
                line.send(LETTER)
            line.send(TO_BEN)

        assert caught.value.permanent
        assert not caught.value.systemic
        assert caught.value.status == 550
        assert caught.value.message == "The mail server refuses the recipient: “5.1.1 unknown” (550)"
        assert "RSET" in server.commands
        assert server.connections == 1


def test_a_server_that_wants_the_letter_after_refusing_the_recipient_does_not_get_it(office_for):
    with ScriptedServer("PIPELINING", RCPT=["550 unknown", "250 fine"]) as server:
        office = office_for(server)
        with office.line() as line:
            with pytest.raises(Failure) as caught:
                line.send(LETTER)
            line.send(TO_BEN)

        assert caught.value.permanent
        assert len(server.letters) == 1
        assert server.connections == 2


@both_ways
def test_a_refused_sender_stops_the_run(office_for, features):
    with ScriptedServer(*features, MAIL="550 who are you", DATA="503 no") as server:
        failure = failure_of(office_for(server))

    assert failure.systemic
    assert failure.permanent


@pytest.mark.parametrize("where", ["DATA", "end"])
def test_a_letter_that_is_refused_for_good_keeps_the_servers_sentence(office_for, where):
    with ScriptedServer(**{where: "552 5.3.4 \x1b[31mtoo\tbig <b>" + "x" * 500}) as server:
        failure = failure_of(office_for(server))

    assert failure.permanent
    assert not failure.systemic
    assert "too big <b>" in failure.message
    assert "\x1b" not in failure.message
    assert len(failure.message) < 300


def test_a_letter_that_is_refused_for_now_is_tried_later(office_for):
    with ScriptedServer(end="451 try later") as server:
        failure = failure_of(office_for(server))

    assert not failure.permanent
    assert not failure.systemic
    assert failure.not_before > NOW


def test_a_letter_bigger_than_the_server_takes_is_not_even_offered(office_for):
    with ScriptedServer("SIZE 20") as server:
        failure = failure_of(office_for(server))

        assert failure.permanent
        assert not any(command.startswith("MAIL") for command in server.commands)


@both_ways
def test_a_line_cut_before_the_dot_leaves_the_outcome_known(office_for, features):
    big = Envelope(LETTER.sender, LETTER.recipient, b"x" * 70 + b"\r\n" + b"y" * 8_000_000)
    with ScriptedServer(*features, body=CUT) as server:
        failure = failure_of(office_for(server), big)

    assert not failure.outcome_unknown
    assert not failure.permanent
    assert server.letters == []


def test_what_the_server_says_while_it_cuts_the_letter_short_is_heard(office_for):
    big = Envelope(LETTER.sender, LETTER.recipient, b"y" * 8_000_000)
    with ScriptedServer(body="552 far too big") as server:
        failure = failure_of(office_for(server), big)

    assert "far too big" in failure.message
    assert failure.permanent
    assert not failure.outcome_unknown


@both_ways
def test_a_line_cut_after_the_dot_leaves_the_outcome_unknown(office_for, features):
    with ScriptedServer(*features, end=CUT) as server:
        failure = failure_of(office_for(server))

    assert failure.outcome_unknown
    assert not failure.permanent
    assert len(server.letters) == 1


def test_a_slow_250_is_waited_for_and_makes_no_twin(office_for):
    with ScriptedServer(end=(1.0, "250 at last")) as server:
        with office_for(server, timeout=0.3).line() as line:
            line.send(LETTER)

        assert len(server.letters) == 1


def test_a_server_that_hangs_after_the_letter_leaves_the_outcome_unknown(office_for):
    with ScriptedServer(end=HANG) as server:
        failure = failure_of(office_for(server, deadline=0.3))

    assert failure.outcome_unknown
    assert "in time" in failure.message


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_before_the_letter_is_given_up_in_time(office_for, where):
    with ScriptedServer(**{where: HANG}) as server:
        began = time.monotonic()
        failure = failure_of(office_for(server, timeout=0.3))

        assert time.monotonic() - began < 2
    assert failure.systemic
    assert not failure.outcome_unknown


@pytest.mark.parametrize("where", ["greeting", "MAIL"])
def test_a_server_that_dribbles_is_given_up_in_time(office_for, where):
    with ScriptedServer(**{where: DRIBBLE}) as server:
        began = time.monotonic()
        failure = failure_of(office_for(server, timeout=0.3))

        assert time.monotonic() - began < 2
    assert failure.systemic


@pytest.mark.parametrize("nonsense", ["hello", "xyz nonsense", ""])
def test_an_answer_that_makes_no_sense_after_the_letter_leaves_the_outcome_unknown(office_for, nonsense):
    with ScriptedServer(end=nonsense) as server:
        failure = failure_of(office_for(server))

    assert failure.outcome_unknown


def test_a_local_part_of_other_letters_needs_a_server_that_can_take_it(office_for):
    letter = Envelope(LETTER.sender, "jörg@example.org", LETTER.data)
    with ScriptedServer() as plain, ScriptedServer("SMTPUTF8") as modern:
        failure = failure_of(office_for(plain), letter)
        with office_for(modern).line() as line:
            line.send(letter)

        assert failure.permanent
        assert not failure.systemic
        assert "before the @" in failure.message
        assert "RCPT TO:<jörg@example.org>" in modern.commands
        assert "MAIL FROM:<events@example.org> SMTPUTF8 BODY=8BITMIME" in modern.commands


@pytest.mark.parametrize(
    "address", ["", "a b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org", "a\x00@b.de"]
)
def test_an_address_that_could_say_more_than_itself_never_reaches_the_line(office_for, address):
    with ScriptedServer() as server:
        failure = failure_of(office_for(server), Envelope(LETTER.sender, address, LETTER.data))

        assert failure.permanent
        assert server.commands == []


def test_a_wrong_password_stops_the_run_for_good(office_for):
    with ScriptedServer("AUTH PLAIN LOGIN", AUTH="535 5.7.8 no") as server:
        failure = failure_of(office_for(server, username="events", password="secret-word"))

    assert failure.systemic
    assert failure.permanent
    assert "user name or password" in failure.message
    assert "secret-word" not in failure.message


def test_a_server_without_sign_in_is_not_used_unsigned(office_for):
    with ScriptedServer() as server:
        failure = failure_of(office_for(server, username="events", password="secret-word"))

        assert failure.systemic
        assert server.letters == []


def test_who_signs_in_does_it_once_for_each_connection(office_for):
    with ScriptedServer("AUTH PLAIN") as server:
        with office_for(server, username="events", password="secret-word").line() as line:
            line.send(LETTER)
            line.send(TO_BEN)

        assert sum(command.startswith("AUTH") for command in server.commands) == 1


def test_sixteen_threads_send_over_their_own_lines(office_for):
    with ScriptedServer("PIPELINING") as server:
        office = office_for(server, timeout=10, deadline=20)

        def send() -> None:
            with office.line() as line:
                for _ in range(10):
                    line.send(LETTER)

        threads = [threading.Thread(target=send) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(server.letters) == 160
        assert server.connections <= 16


@pytest.mark.parametrize(
    ("data", "travels"),
    [
        (b"a\r\n.b\r\n", b"a\r\n..b\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.\r\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n.\r\n"),
        (b"a\n.\n", b"a\r\n..\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_no_line_of_a_letter_ends_it_early(data, travels):
    assert stuffed(data) == travels


def test_no_name_is_looked_up_for_our_greeting(office_for, monkeypatch):
    def forbidden(*_):
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getfqdn", forbidden)
    with ScriptedServer() as server:
        with office_for(server).line() as line:
            line.send(LETTER)

        assert len(server.letters) == 1
