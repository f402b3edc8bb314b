"""Registration and verification of the email address."""

from flask import redirect, request
from werkzeug.wrappers import Response as BaseResponse

from pulse.accounts import service
from pulse.accounts.limits import per_account, per_address
from pulse.accounts.routes.blueprint import bp
from pulse.accounts.schemas import EmailIn, Message, RegisterIn, RegisterOut
from pulse.core.errors import PulseError
from pulse.core.http import needs
from pulse.core.permissions import Permission


@bp.post("/api/register/")
@bp.post("/api/auth/register/")
@bp.post("/api/signup/")
@needs(Permission.PUBLIC)
@per_address("20/hour")
@bp.input(RegisterIn, arg_name="body")
@bp.output(RegisterOut, 201)
@bp.doc(responses={409: "The username is taken."})
def register(body: RegisterIn) -> RegisterOut:
    """Make an account.

    Its owner gets a link by mail that opens it. The answer is the same for an email address that has an
    account already; its owner gets mail.
    """
    service.register(
        body.username,
        body.email,
        body.password,
        full_name=body.full_name,
        first_name=body.first_name,
        last_name=body.last_name,
        phone=body.phone,
    )
    return RegisterOut(
        message="User registered successfully! We have sent you a mail: follow the link in it to sign in.",
        username=body.username,
        email=body.email,
    )


@bp.get("/api/verify-email/<token>/")
@needs(Permission.PUBLIC)
@bp.output(Message)
@bp.doc(responses={302: "A browser goes on to the sign-in page.", 400: "The link is not valid, or too old."})
def verify_email(token: str) -> Message | BaseResponse:
    """Verify the email address by the mailed link."""
    is_browser = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
    try:
        service.verify_email(token)
    except PulseError:
        if is_browser:
            return redirect("/sign-in?verified=0")
        raise
    return (
        redirect("/sign-in?verified=1") if is_browser else Message(message="The email address is verified.")
    )


@bp.post("/api/verify-email/")
@needs(Permission.PUBLIC)
@per_account("5/minute", "email")
@per_address("30/minute")
@bp.input(EmailIn, arg_name="body")
@bp.output(Message)
def resend_verification(body: EmailIn) -> Message:
    """Send the link that verifies an email address again.

    The answer is the same for addresses that do not wait for one.
    """
    service.request_verification(body.email)
    return Message(message="If an account waits for it, the link is on its way.")
