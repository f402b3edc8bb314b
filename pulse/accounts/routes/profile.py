"""One's own profile, password and picture."""

from apiflask.schemas import FileSchema
from flask import Response, send_from_directory

from pulse.accounts import policy, service
from pulse.accounts.limits import per_user
from pulse.accounts.models import User
from pulse.accounts.routes.blueprint import bp
from pulse.accounts.schemas import AvatarIn, Message, PasswordIn, ProfileIn, ProfileOut
from pulse.accounts.service.profile import avatars
from pulse.core.http import identity, needs
from pulse.core.permissions import Permission
from pulse.extensions import db

A_YEAR = 365 * 24 * 3600  # seconds; a new picture has a new name


@bp.get("/api/profile/")
@bp.get("/api/users/me/")
@needs(Permission.ACCOUNT_SELF)
@bp.output(ProfileOut)
def profile() -> ProfileOut:
    """Who one is here."""
    return ProfileOut.of(db.session.get_one(User, identity().user_id))


@bp.put("/api/profile/")
@bp.put("/api/users/me/")
@needs(Permission.ACCOUNT_SELF)
@bp.input(ProfileIn, arg_name="body")
@bp.output(ProfileOut)
def change_profile(body: ProfileIn) -> ProfileOut:
    """Change names, phone, time zone, status text, visibility, timeout.

    What is left out stays as it is.
    """
    policy.check_is_self(db.session.get_one(User, identity().user_id), body.username)
    changes = body.model_dump(exclude_unset=True, exclude={"username"})
    return ProfileOut.of(service.update_profile(identity().user_id, changes))


@bp.put("/api/profile/password/")
@needs(Permission.ACCOUNT_SELF)
@per_user("10/minute")
@bp.input(PasswordIn, arg_name="body")
@bp.output(Message)
def change_password(body: PasswordIn) -> Message:
    """Set a new password and end one's other sessions."""
    me = identity()
    service.change_password(me.user_id, me.session_id, body.current_password, body.new_password)
    return Message(message="The password is changed. All other sessions have ended.")


@bp.put("/api/profile/avatar/")
@needs(Permission.ACCOUNT_SELF)
@per_user("30/minute")
@bp.input(AvatarIn, location="files", arg_name="body")
@bp.output(ProfileOut)
def set_avatar(body: AvatarIn) -> ProfileOut:
    """Set one's picture.

    PNG, JPEG, WebP or GIF, at most 25 million pixels; kept as a square of 256 pixels.
    """
    return ProfileOut.of(service.set_avatar(identity().user_id, body.file.read()))


@bp.delete("/api/profile/avatar/")
@needs(Permission.ACCOUNT_SELF)
@bp.output(ProfileOut)
def remove_avatar() -> ProfileOut:
    """Remove one's picture."""
    return ProfileOut.of(service.set_avatar(identity().user_id, None))


@bp.get("/api/avatars/<name>")
@needs(Permission.PUBLIC)
@bp.output(FileSchema(), content_type="image/webp", description="The picture.")
def avatar(name: str) -> Response:
    """A user's picture, as `avatar_url` names it."""
    answer = send_from_directory(avatars(), name, mimetype="image/webp", max_age=A_YEAR)
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return answer
