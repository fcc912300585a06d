"""A name server on this machine that says what a test has written down, and nothing of anything else."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

#: name → kind of record → what stands there, as in a zone file. A name without kinds exists and says nothing.
Zone = Mapping[str, Mapping[str, list[str]]]


@contextmanager
def name_server(zone: Zone) -> Iterator[tuple[str, int]]:
    """Its address. `zone` may be changed meanwhile."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        address: tuple[str, int] = here.getsockname()
        thread = threading.Thread(target=_answer, args=(here, zone), daemon=True)
        thread.start()
        yield address
        here.sendto(b"", address)
        thread.join()


def _answer(here: socket.socket, zone: Zone) -> None:
    while True:
        data, asker = here.recvfrom(4096)
        if not data:
            return
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).casefold()
        if name not in zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records := zone[name].get(dns.rdatatype.to_text(question.rdtype)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *records))
        here.sendto(answer.to_wire(), asker)
