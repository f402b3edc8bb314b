"""Wire formats of accounts."""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from apiflask.fields import UploadFile
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from pulse.accounts import rules
from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.accounts.tokens import Tokens
from pulse.core.permissions import Role
from pulse.core.schemas import Input, Moment, Output

_TIME_ZONES = available_timezones()


def _is_time_zone(name: str) -> str:
    if name not in _TIME_ZONES:
        raise ValueError("There is no such time zone.")
    return name


def _has_six_digits(code: str) -> str:
    if not re.fullmatch("[0-9]{6}", code):
        raise ValueError("The code has six digits.")
    return code


def _is_phone(text: str) -> str:
    if not re.fullmatch(r"[0-9+()./ -]*", text):
        raise ValueError("A phone number has digits, spaces and + ( ) . / - only.")
    return text


_SixDigits = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
_AsNumber = Annotated[int, Field(ge=0, le=999_999)]


def _as_digits(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:06d}"
    return value.replace(" ", "") if isinstance(value, str) else value


Username = Annotated[
    str,
    AfterValidator(rules.clean_username),
    Field(pattern=rules.USERNAME_PATTERN, description="Unique, whatever its case.", examples=["ann"]),
]
Email = Annotated[
    str,
    AfterValidator(rules.clean_email),
    Field(max_length=254, json_schema_extra={"format": "email"}, examples=["ann@example.org"]),
]
GivenPassword = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=rules.PASSWORD_MAX),
    Field(examples=["correct horse battery"]),
]
NewPassword = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=rules.PASSWORD_MIN, max_length=rules.PASSWORD_MAX),
    Field(examples=["correct horse battery"]),
]
Code = Annotated[
    str,
    BeforeValidator(_as_digits, json_schema_input_type=_SixDigits | _AsNumber),
    AfterValidator(_has_six_digits),
    Field(pattern=r"^[0-9]{6}$", examples=["123456"]),
]
FirstName = Annotated[str, Field(max_length=100, examples=["Ann"])]
LastName = Annotated[str, Field(max_length=100, examples=["Example"])]
FullName = Annotated[str, Field(max_length=200, examples=["Ann Example"])]
Phone = Annotated[
    str,
    AfterValidator(_is_phone),
    Field(max_length=40, pattern=r"^[0-9+()./ -]*$", examples=["+49 30 1234567"]),
]
TimeZone = Annotated[str, AfterValidator(_is_time_zone), Field(max_length=64, examples=["Europe/Berlin"])]

# In answers, where nothing is checked.
ShownName = Annotated[str, Field(examples=["ann"])]
ShownEmail = Annotated[str | None, Field(examples=["ann@example.org"])]
ShownRole = Annotated[Role, Field(examples=[Role.USER])]
Token = Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"])]


class RegisterIn(Input):
    username: Username
    email: Email
    password: NewPassword
    password_confirm: Annotated[GivenPassword | None, Field(description="If given, it must be the same.")] = (
        None
    )
    full_name: FullName = ""
    first_name: FirstName = ""
    last_name: LastName = ""
    phone: Phone = ""

    @field_validator("password")
    @classmethod
    def _is_no_name(cls, password: str, info: ValidationInfo) -> str:
        return rules.clean_password(password, info.data.get("username", ""), info.data.get("email", ""))

    @field_validator("password_confirm")
    @classmethod
    def _is_same(cls, again: str | None, info: ValidationInfo) -> str | None:
        if again is not None and again != info.data.get("password", again):
            raise ValueError("The passwords are not the same.")
        return again


class RegisterOut(Output):
    message: Annotated[str, Field(examples=["We have sent you a mail to confirm your address."])]
    username: ShownName
    email: Annotated[str, Field(examples=["ann@example.org"])]
    role: Role = Role.USER
    account_status: AccountStatus = AccountStatus.PENDING


class LoginIn(Input):
    """A password, and who it belongs to: `username` (which may hold an email address) or `email`."""

    password: GivenPassword
    username: Annotated[str, Field(max_length=254, examples=["ann"])] = ""
    email: Annotated[str, Field(max_length=254, examples=["ann@example.org"])] = ""

    @property
    def login(self) -> str:
        return self.username or self.email


class EmailIn(Input):
    email: Email


class CodeIn(Input):
    email: Email
    otp: Annotated[Code, Field(validation_alias=AliasChoices("otp", "code"), description="Also as `code`.")]


class ResetIn(CodeIn):
    new_password: NewPassword


class RefreshIn(Input):
    """Nothing where the token is in the cookie or in the Authorization header."""

    refresh_token: Annotated[str | None, Field(max_length=4096)] = None


class Message(Output):
    message: Annotated[str, Field(description="For people; may change.", examples=["Done."])]


class SignInOut(Output):
    """The tokens of a session; browsers have them in cookies as well."""

    access_token: Token
    refresh_token: Token
    id_token: Token
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: Annotated[int, Field(description="Seconds until the access token expires.", examples=[900])]
    user_id: Annotated[int, Field(examples=[7])]
    username: ShownName
    email: ShownEmail
    role: ShownRole
    is_admin_group: Annotated[bool, Field(description="Whether the role is admin.", examples=[False])]
    message: Annotated[str, Field(examples=["Signed in."])]

    @classmethod
    def of(cls, user: User, tokens: Tokens, message: str) -> Self:
        return cls(
            access_token=tokens.access,
            refresh_token=tokens.refresh or "",
            id_token=tokens.id,
            expires_in=int(rules.ACCESS_LIVES.total_seconds()),
            user_id=user.id,
            username=user.username,
            email=user.email,
            role=Role(user.role),
            is_admin_group=user.role == Role.ADMIN,
            message=message,
        )


class ProfileIn(Input):
    """What is left out stays as it is."""

    full_name: FullName = ""
    first_name: FirstName = ""
    last_name: LastName = ""
    phone: Phone = ""
    time_zone: TimeZone = "UTC"
    status_text: Annotated[str, Field(max_length=200, examples=["In a meeting"])] = ""
    visibility: Visibility = Visibility.SHARED
    show_last_seen: bool = True
    offline_after: Annotated[
        int | None, Field(ge=30, le=3600, description="Seconds of silence; null: the server's setting.")
    ] = None
    username: Annotated[str | None, Field(description="One's own if given: it cannot be changed.")] = None


class ProfileOut(Output):
    id: Annotated[int, Field(examples=[7])]
    user_id: Annotated[int, Field(description="The same as `id`.", examples=[7])]
    username: ShownName
    email: ShownEmail
    role: ShownRole
    is_admin_group: Annotated[bool, Field(description="Whether the role is admin.", examples=[False])]
    account_status: AccountStatus
    full_name: FullName
    first_name: FirstName
    last_name: LastName
    phone: Annotated[str, Field(examples=["+49 30 1234567"])]
    avatar_url: Annotated[str | None, Field(examples=["/api/avatars/Zk3v9Qx1.webp"])]
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    status_text: Annotated[str, Field(examples=["In a meeting"])]
    visibility: Visibility
    show_last_seen: bool
    offline_after: Annotated[int | None, Field(description="Null: the server's setting.", examples=[120])]
    has_password: Annotated[bool, Field(description="False: one signs in by mailed codes.", examples=[True])]
    created_at: Moment
    email_verified_at: Moment | None

    @classmethod
    def of(cls, user: User) -> Self:
        own = {name: getattr(user, name) for name in cls.model_fields if hasattr(user, name)}
        return cls(
            **own,
            user_id=user.id,
            is_admin_group=user.role == Role.ADMIN,
            has_password=user.password_hash is not None,
            avatar_url=rules.avatar_url(user.avatar),
        )


class PasswordIn(Input):
    current_password: GivenPassword
    new_password: NewPassword


class AvatarIn(Input):
    file: Annotated[UploadFile, Field(description="PNG, JPEG, WebP or GIF.")]


class SessionOut(Output):
    """One sign-in of the caller."""

    id: Annotated[int, Field(examples=[12])]
    is_current: bool
    address: Annotated[str, Field(examples=["192.0.2.7"])]
    client: Annotated[str, Field(description="User agent.", examples=["Mozilla/5.0 (X11; Linux x86_64)"])]
    device_id: Annotated[str | None, Field(examples=["web-3f9a"])]
    device_type: Annotated[str, Field(examples=["web"])]
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, session: Session, current_id: int) -> Self:
        own = {name: getattr(session, name) for name in cls.model_fields if hasattr(session, name)}
        return cls(**own, is_current=session.id == current_id)


class EndedOut(Message):
    ended: Annotated[int, Field(description="How many sessions have ended.")]


class AccountIn(Input):
    """What is left out stays as it is."""

    account_status: Annotated[AccountStatus | None, Field(examples=["suspended"])] = None
    role: Annotated[Role | None, Field(description="Not visitor.", examples=["agent"])] = None


class AdminIn(Input):
    """`admin_username`, `sender` and `username` are the caller's own if given; a password is not read."""

    target_username: Annotated[str, Field(min_length=1, max_length=50, examples=["ann"])]
    admin_username: str | None = None
    sender: str | None = None
    username: str | None = None


class AdminOut(Message):
    username: ShownName
    role: Role
    is_admin_group: bool
