"""Writes to accounts: check everything first, then do it in one transaction and publish what happened."""

from pulse.accounts.service.administration import (
    audit,
    create_user,
    create_visitor,
    set_account_status,
    set_role,
)
from pulse.accounts.service.credentials import (
    change_password,
    check_code,
    check_password,
    request_code,
    reset_password,
)
from pulse.accounts.service.erasure import close, forget
from pulse.accounts.service.profile import set_avatar, set_status_text, update_profile
from pulse.accounts.service.registration import register, request_verification, verify_email
from pulse.accounts.service.sessions import end_session, end_sessions, rotate, sign_in, touch

__all__ = [
    "audit",
    "change_password",
    "check_code",
    "check_password",
    "close",
    "create_user",
    "create_visitor",
    "end_session",
    "end_sessions",
    "forget",
    "register",
    "request_code",
    "request_verification",
    "reset_password",
    "rotate",
    "set_account_status",
    "set_avatar",
    "set_role",
    "set_status_text",
    "sign_in",
    "touch",
    "update_profile",
    "verify_email",
]
