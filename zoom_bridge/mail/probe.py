"""A letter about nothing: it goes the way that all letters go, to somebody who looks at how it arrived."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from zoom_bridge.i18n import speech
from zoom_bridge.mail import letterhead
from zoom_bridge.mail.letters import Envelope

_TEXT = """\
{hello}

{way}

{look}
"""


def probe(sender: str, bounces: str, recipient: str, host: str, language: str, now: datetime) -> Envelope:
    """Raises a permanent Failure for an address that cannot be written to."""
    say = speech(language).say
    sender, recipient = letterhead.clean_address(sender), letterhead.clean_address(recipient)
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = sender, recipient
    letter["Subject"] = say("Test letter")
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid("doctor", domain=host.partition(":")[0])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(
        _TEXT.format(
            hello=say("Good day!"),
            way=say("This letter has come the way that all letters of %(host)s go.", host=host),
            look=say(
                "Please look at its source. In the line “Authentication-Results” your mail server says what it thinks of the sender: spf=pass, dkim=pass and dmarc=pass are good. The line “DKIM-Signature” names the selector behind “s=”."
            ),
        )
    )
    return Envelope(letterhead.clean_address(bounces or sender), recipient, letter.as_bytes())
