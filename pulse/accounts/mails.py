"""Mails to people, from `templates/mail/`. Sent by jobs, outside any transaction."""

from smtplib import SMTPDataError, SMTPRecipientsRefused

import structlog
from flask import current_app
from flask_mail import Message

from pulse.core.context import settings
from pulse.extensions import db, mail

log = structlog.get_logger(__name__)


def send(to: str, subject: str, template: str, **values: object) -> None:
    """Send `templates/mail/<template>.txt` and `.html` to one address.

    A refusal for good (such as: no such mailbox) is logged, since trying again is useless. Raises
    SMTPException or OSError when it may work later.
    """
    db.session.rollback()  # a slow mail server must not hold a database connection
    values["site"] = settings().site
    text, html = (
        current_app.jinja_env.get_template(f"mail/{template}.{kind}").render(values)
        for kind in ("txt", "html")
    )
    try:
        mail.send(Message(subject, recipients=[to], body=text, html=html))
    except SMTPRecipientsRefused as refusal:
        _give_up_if_final(refusal, max(code for code, _ in refusal.recipients.values()))
    except SMTPDataError as refusal:
        _give_up_if_final(refusal, refusal.smtp_code)


def _give_up_if_final(refusal: Exception, code: int) -> None:
    if code < 500:
        raise refusal
    log.warning("mail refused for good", code=code)
