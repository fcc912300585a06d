"""The mailbox that letters come back to: what is said on the line to it. What is done with it all, against a real server,
is in `tests/stories/test_postfix.py`."""

import base64
import socket
import threading

import pytest

from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.return_box import ReturnBox


def test_a_password_with_umlauts_reaches_the_server() -> None:
    told: list[str] = []

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rw", newline="\r\n") as line:

            def say(words: str) -> None:
                line.write(f"{words}\n")
                line.flush()

            say("* OK ready")
            for heard in line:
                tag, verb, *_ = heard.split()
                if verb == "CAPABILITY":
                    say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
                    say(f"{tag} OK done")
                elif verb == "AUTHENTICATE":
                    say("+ ")
                    told.append(base64.b64decode(line.readline()).decode())
                    say(f"{tag} NO not you")
                else:
                    say("* BYE")
                    say(f"{tag} OK done")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        with pytest.raises(Failure, match="not you"):
            ReturnBox("127.0.0.1", listener.getsockname()[1], "none", "returns", "schöner gehen").check()
        thread.join(10)

    assert told == ["\0returns\0schöner gehen"]
