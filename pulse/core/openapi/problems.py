"""Error answers, as the documents describe them."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from pulse.core import errors

REFUSALS: tuple[type[errors.PulseError], ...] = (
    errors.PulseError,
    errors.NotSignedIn,
    errors.Forbidden,
    errors.NotFound,
    errors.Conflict,
    errors.TooLarge,
    errors.InvalidInput,
    errors.TooMany,
    errors.Unavailable,
)

_MEANING = {
    400: "The request cannot be read, or what it carries is not ours or has expired.",
    401: "Nobody is signed in, or the token or session has expired or ended.",
    403: "The role, the account's status, the CSRF token or the Origin does not allow it.",
    404: "It does not exist, or the caller may not know of it.",
    409: "It contradicts what is there.",
    413: "The body is too large.",
    422: "A field is not right; `errors` says which.",
    429: "Too often; `Retry-After` says when to come again.",
    503: "A part that is needed (database, Redis) is down. The same request works later.",
}


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: Annotated[str, Field(examples=["about:blank"])]
    title: Annotated[str, Field(description="The status in words.", examples=["Not Found"])]
    status: Annotated[int, Field(examples=[404])]
    code: Annotated[str, Field(description="Stable, for programs.", examples=["not_found"])]
    detail: Annotated[str, Field(description="For people; may change.", examples=["There is no such user."])]
    errors: Annotated[
        dict[str, list[str]] | None, Field(description="Bad input: what is wrong with which field.")
    ] = None


def component_name(status: int) -> str:
    """The name of a status among the documents' components."""
    kind = next(kind for kind in REFUSALS if kind.status == status)
    return "BadRequest" if kind is errors.PulseError else kind.__name__


def responses() -> dict[str, Any]:
    """OpenAPI's reusable error answers by component name."""
    return {component_name(kind.status): _response(kind) for kind in REFUSALS}


def _response(kind: type[errors.PulseError]) -> dict[str, Any]:
    fields = {"username": ["This is needed."]} if kind is errors.InvalidInput else None
    answer: dict[str, Any] = {
        "description": _MEANING[kind.status],
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": errors.problem(kind.status, kind.code, _MEANING[kind.status], fields),
            }
        },
    }
    if kind is errors.TooMany:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "example": 30}
        }
    return answer
