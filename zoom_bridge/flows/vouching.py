"""The doctor's look at our mail: does the mail server take letters, does the DNS vouch for the sender, do answers and
undeliverable letters reach anybody? Nothing is sent, unless somebody named an address for a test letter."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.finding import N_, Finding
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.names import Names, Post, Silent
from zoom_bridge.mail.return_box import ReturnBox
from zoom_bridge.mail.smtp import PostOffice

#: Under which names mail servers and providers usually keep their keys. The real one stands in each signed letter.
USUAL_SELECTORS = (
    "default", "dkim", "mail", "email", "smtp", "mx", "key1", "key2", "s1", "s2", "k1", "k2", "k3",
    "selector1", "selector2", "google", "dkim1", "dkim2", "rsa", "ed25519",
)  # fmt: skip
_NO_REPLY = re.compile(
    r"(no|not|do-?not|dont|nicht|keine?)[-_.]?(reply|replay|response|answer|antwort(en)?|respond)", re.IGNORECASE
)
#: Domains that exist for examples and tests only (RFC 2606, RFC 6761).
_NOBODYS = re.compile(r"(^|\.)(example(\.(org|com|net))?|test|invalid|localhost|local|internal)$")


@dataclass(frozen=True)
class Sending:
    """How letters leave. `sender` and `bounces` are bare addresses, the second one that of the envelope; `selectors` what
    somebody knows about our signature; `box` where undeliverable letters are read; `letter` a test letter, if one is
    wanted."""

    post: PostOffice
    server: str
    sender: str
    bounces: str
    names: Names
    selectors: Sequence[str] = ()
    box: ReturnBox | None = None
    letter: Envelope | None = None


def look_at_server(sending: Sending) -> Iterator[Finding]:
    """As far as a letter would come; with a test letter, all the way."""
    where = {"server": sending.server}
    try:
        sending.post.connect().part()
    except Failure as failure:
        yield Finding(
            id="mail",
            good=False,
            says=N_("The mail server %(server)s takes no letters from us."),
            do=N_("Compare [mail] in the configuration with what the server's operator says: host, port, security, username, password."),
            values=where,
            error=failure.message,
        )  # fmt: skip
        return
    yield Finding(id="mail", good=True, says=N_("The mail server %(server)s lets us in."), values=where)
    if sending.letter:
        yield _sent(sending.post, sending.letter)


def _sent(post: PostOffice, letter: Envelope) -> Finding:
    to = {"address": letter.recipient}
    try:
        with post.line() as line:
            line.send(letter)
    except Failure as failure:
        return Finding(
            id="mail.letter",
            good=False,
            says=N_("The test letter to %(address)s was not taken."),
            do=N_("Ask the mail server's operator, with these words of the server."),
            values=to,
            error=failure.message,
        )
    finally:
        post.close()
    return Finding(
        id="mail.letter",
        good=True,
        says=N_(
            "The mail server has taken the test letter to %(address)s. What “Authentication-Results” says in its source is what the reader's mail server thinks of us."
        ),
        values=to,
    )


def look_at_box(sending: Sending) -> Iterator[Finding]:
    if sending.box is None:
        yield Finding(
            id="mail.returns",
            good=None,
            says=N_(
                "Undeliverable letters come back to %(address)s; [imap] is not set, so nobody here reads them."
            ),
            values={"address": sending.bounces},
        )
        return
    try:
        sending.box.check()
    except Failure as failure:
        yield Finding(
            id="mail.returns",
            good=False,
            says=N_("The mailbox for undeliverable letters cannot be read."),
            do=N_("Compare [imap] in the configuration with what the mailbox's operator says: host, port, security, username, password, folder."),
            error=failure.message,
        )  # fmt: skip
        return
    yield Finding(id="mail.returns", good=True, says=N_("The mailbox for undeliverable letters can be read."))


def vouch(sending: Sending) -> Iterator[Finding]:
    """What readers' mail servers ask before they take a letter from us."""
    local, _, domain = sending.sender.rpartition("@")
    yield _answerable(local, sending.sender)
    if _NOBODYS.search(domain):
        says = N_("SPF, DKIM and DMARC: not asked, because %(domain)s is a domain for examples only.")
        yield Finding(id="mail.dns", good=None, says=says, values={"domain": domain})
        return
    try:
        yield _reachable(sending.names, domain)
        yield _spf(sending.names, sending.bounces.rpartition("@")[2])
        yield from _alignment(domain, sending.bounces.rpartition("@")[2])
        yield _dkim(sending.names, domain, sending.selectors)
        yield _dmarc(sending.names, domain)
    except Silent as silent:
        yield Finding(
            id="mail.dns",
            good=False,
            says=N_("The DNS does not answer: %(why)s"),
            do=N_("See that this machine can ask a name server, and try again."),
            values={"why": str(silent)[:200]},
        )


def _answerable(local: str, address: str) -> Finding:
    good = not _NO_REPLY.search(local)
    return Finding(
        id="mail.sender",
        good=good,
        says=N_("Letters come from %(address)s.")
        if good
        else N_("Letters come from %(address)s: who answers is told that nobody wants to read it."),
        do="" if good else N_("Choose an address for mail.sender whose mailbox somebody reads."),
        values={"address": address},
    )


_POST = {
    Post.ARRIVES: N_("Answers to %(domain)s can arrive."),
    Post.REFUSED: N_("The domain %(domain)s says that it takes no letters: answers and undeliverable letters are lost, and many mail servers take nothing from there."),
    Post.NOWHERE: N_("Nobody takes letters for %(domain)s: answers and undeliverable letters are lost, and many mail servers take nothing from there."),
    Post.NO_SUCH_DOMAIN: N_("The domain %(domain)s does not exist."),
}  # fmt: skip


def _reachable(names: Names, domain: str) -> Finding:
    post = names.post_to(domain)
    good = post is Post.ARRIVES
    do = N_("Correct mail.sender, or have an MX record entered for the domain.")
    return Finding(id="mail.mx", good=good, says=_POST[post], do="" if good else do, values={"domain": domain})


def _spf(names: Names, domain: str) -> Finding:
    records = names.texts(domain, "v=spf1")
    values = {"domain": domain, "record": records[0] if records else ""}
    if not records:
        return Finding(
            id="mail.spf",
            good=False,
            says=N_("SPF: %(domain)s does not say which mail servers may send for it."),
            do=N_("Have a TXT record entered that names yours, such as “v=spf1 mx -all”; the mail server's operator knows the right one."),
            values=values,
        )  # fmt: skip
    if len(records) > 1:
        says, do = (
            N_("SPF: %(domain)s has several records, so none of them counts."),
            N_("Have them made into one."),
        )
        return Finding(id="mail.spf", good=False, says=says, do=do, values=values)
    if re.search(r"(^|\s)\+?all(\s|$)", records[0]):
        says = N_("SPF: %(domain)s lets the whole world send for it: %(record)s")
        do = N_("Have the record end in “-all” or “~all”.")
        return Finding(id="mail.spf", good=False, says=says, do=do, values=values)
    return Finding(
        id="mail.spf",
        good=True,
        says=N_(
            "SPF: %(domain)s says who may send for it: %(record)s. Whether our mail server is among them, a test letter tells (--letter-to)."
        ),
        values=values,
    )


def _alignment(domain: str, envelope: str) -> Iterator[Finding]:
    ours, theirs = domain.casefold(), envelope.casefold()
    if ours != theirs and not ours.endswith(f".{theirs}") and not theirs.endswith(f".{ours}"):
        says = N_(
            "Letters come from %(domain)s, but come back to %(envelope)s: for DMARC only the signature (DKIM) counts then."
        )
        yield Finding(id="mail.alignment", good=None, says=says, values={"domain": domain, "envelope": envelope})


def _dkim(names: Names, domain: str, selectors: Sequence[str]) -> Finding:
    """A key can be found only under the name that somebody gave it. No key at all cannot be told from one whose name is
    not known."""
    keys: dict[str, str] = {}
    for selector in selectors or USUAL_SELECTORS:
        for text in names.texts(f"{selector}._domainkey.{domain}", ""):
            if key := re.search(r"(?:^|;)\s*p\s*=\s*([^;]*)", text):
                keys[selector] = key[1].strip()
    good = [selector for selector, key in keys.items() if key]
    values = {"domain": domain, "selectors": ", ".join(good or selectors or keys)}
    if good:
        return Finding(
            id="mail.dkim",
            good=True,
            says=N_(
                "DKIM: a key of %(domain)s lies under %(selectors)s. Whether our mail server signs with it, a test letter tells (--letter-to)."
            ),
            values=values,
        )
    if selectors or keys:
        return Finding(
            id="mail.dkim",
            good=False,
            says=N_("DKIM: under %(selectors)s, %(domain)s has no key that is good."),
            do=N_("Have the key entered that the mail server signs with; its operator knows record and selector."),
            values=values,
        )
    return Finding(
        id="mail.dkim",
        good=None,
        says=N_(
            "DKIM: under none of the usual names is there a key of %(domain)s, but it may have another. A signed letter names it behind “s=” in “DKIM-Signature”; then ask again with --dkim-selector."
        ),
        values=values,
    )


def _dmarc(names: Names, domain: str) -> Finding:
    """Of the domain itself, or of the nearest above it that has one."""
    labels = domain.split(".")
    above = [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))]
    found = next(
        ((name, records) for name in above if (records := names.texts(f"_dmarc.{name}", "v=DMARC1"))), None
    )
    if found is None:
        return Finding(
            id="mail.dmarc",
            good=False,
            says=N_("DMARC: %(domain)s does not say what to do with letters that are forged in its name; some mail servers take none from there."),
            do=N_("Have a TXT record entered at _dmarc.%(domain)s, for a beginning “v=DMARC1; p=none; rua=mailto:…”."),
            values={"domain": domain},
        )  # fmt: skip
    name, records = found
    values = {"name": name, "record": records[0]}
    if len(records) > 1:
        says, do = (
            N_("DMARC: %(name)s has several records, so none of them counts."),
            N_("Have them made into one."),
        )
        return Finding(id="mail.dmarc", good=False, says=says, do=do, values=values)
    return Finding(id="mail.dmarc", good=True, says=N_("DMARC: %(name)s has a record: %(record)s"), values=values)
