"""Signing in by password or mailed code, renewal, signing out."""

from flask import Response, after_this_request, request

from pulse.accounts import auth, rules, service, tokens
from pulse.accounts.limits import per_account, per_address
from pulse.accounts.models import User
from pulse.accounts.routes.blueprint import bp
from pulse.accounts.schemas import CodeIn, EmailIn, LoginIn, Message, RefreshIn, ResetIn, SignInOut
from pulse.core.errors import PulseError
from pulse.core.http import client_address, needs
from pulse.core.permissions import Permission


@bp.post("/api/login/")
@bp.post("/api/auth/login/")
@needs(Permission.PUBLIC)
@per_account("10/minute", "username", "email")
@per_address("60/minute")
@bp.input(LoginIn, arg_name="body")
@bp.output(SignInOut)
@bp.doc(responses={401: "Unknown, wrong or not verified.", 403: "The account is suspended or banned."})
def login(body: LoginIn) -> SignInOut:
    """Sign in with a username or email address and a password.

    The header `X-Device-Id` names the device, `X-Device-Type` says what it is (web, mobile, desktop, api).
    """
    return _sign_in(service.check_password(body.login, body.password))


@bp.post("/api/request-otp/")
@needs(Permission.PUBLIC)
@per_account("5/minute", "email")
@per_address("30/minute")
@bp.input(EmailIn, arg_name="body")
@bp.output(Message)
def request_otp(body: EmailIn) -> Message:
    """Ask for a sign-in code by mail.

    Six digits, good for five minutes and once; only the newest counts. The answer is the same for unknown
    addresses.
    """
    service.request_code(body.email)
    return Message(
        message="If there is an account at this address, a code is on its way. It is good for 5 minutes."
    )


@bp.post("/api/verify-otp/")
@needs(Permission.PUBLIC)
@per_account("10/minute", "email")
@per_address("60/minute")
@bp.input(CodeIn, arg_name="body")
@bp.output(SignInOut)
@bp.doc(
    responses={401: "Wrong, too old or used, or too many tries.", 403: "The account is suspended or banned."}
)
def verify_otp(body: CodeIn) -> SignInOut:
    """Sign in with a mailed code.

    It also verifies the email address. If that was not verified yet, the password given at registration is
    dropped: somebody else may have chosen it.

    After five wrong tries even the right code is refused for 15 minutes.
    """
    return _sign_in(service.check_code(body.email, body.otp))


@bp.post("/api/reset-password/")
@needs(Permission.PUBLIC)
@per_account("10/minute", "email")
@per_address("60/minute")
@bp.input(ResetIn, arg_name="body")
@bp.output(SignInOut)
@bp.doc(
    responses={401: "Wrong, too old or used, or too many tries.", 403: "The account is suspended or banned."}
)
def reset_password(body: ResetIn) -> SignInOut:
    """Set a new password with a mailed code, and sign in.

    Ask for the code at `/api/request-otp/`. All other sessions of the account end.
    """
    return _sign_in(service.reset_password(body.email, body.otp, body.new_password))


@bp.post("/api/refresh/")
@needs(Permission.PUBLIC)
@bp.input(RefreshIn, arg_name="body")
@bp.output(SignInOut)
@bp.doc(
    responses={
        204: "The new tokens are in the cookies.",
        401: "The token has expired, or was used before; then its session has ended.",
        403: "The account is suspended or banned, or the CSRF token is missing.",
    }
)
def refresh(body: RefreshIn) -> SignInOut | Response:
    """Trade a refresh token for new tokens.

    The token comes in the body, as `Authorization: Bearer`, or in the cookie (with its CSRF token). A refresh
    token is good once: a second use ends the session.
    """
    given = body.refresh_token or auth.bearer()
    if given is not None:
        claims = tokens.read(given, "refresh")
        user, session = service.rotate(claims.session_id, claims.jti)
        return SignInOut.of(user, tokens.issue_all(user, session), "Renewed.")
    claims = tokens.read(request.cookies.get(tokens.REFRESH_COOKIE, ""), "refresh")
    auth.check_csrf(claims)
    try:
        user, session = service.rotate(claims.session_id, claims.jti)
    except PulseError:
        after_this_request(tokens.clear_cookies)
        raise
    made = tokens.issue_all(user, session)
    after_this_request(lambda response: tokens.set_cookies(response, made))
    return Response(status=204)


@bp.post("/api/logout/")
@bp.post("/api/auth/logout/")
@needs(Permission.PUBLIC)
@bp.output(Message)
@bp.doc(responses={403: "The CSRF token is missing."})
def logout() -> Message:
    """End the session and clear the cookies.

    Works with expired tokens too, and a second time.
    """
    claims = auth.claims_to_end()
    if claims is not None:
        service.end_sessions(claims.user_id, "sign_out", only=claims.session_id)
    after_this_request(tokens.clear_cookies)
    return Message(message="Logged out")


def _sign_in(user: User) -> SignInOut:
    """Begin a session for the client at hand and put its tokens into cookies."""
    agent = request.headers.get("User-Agent", "")
    session = service.sign_in(
        user,
        address=client_address(),
        client=agent,
        device_id=rules.clean_device_id(request.headers.get("X-Device-Id")),
        device_type=rules.device_type_of(agent, request.headers.get("X-Device-Type")),
    )
    made = tokens.issue_all(user, session)
    after_this_request(lambda response: tokens.set_cookies(response, made))
    return SignInOut.of(user, made, "Login successful!")
