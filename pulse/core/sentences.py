"""What is wrong with an input, in sentences for people; pydantic's own speak of its types."""

from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError, ValidationError

# By type of error; `{...}` are its limits.
_SENTENCES = {
    "missing": "This is needed.",
    "string_type": "This must be text.",
    "string_too_short": "This must have {min_length} characters or more.",
    "string_too_long": "This may have {max_length} characters at most.",
    "string_pattern_mismatch": "This does not have the right form.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "finite_number": "This must be a number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "greater_than_equal": "This must be {ge} or more.",
    "greater_than": "This must be more than {gt}.",
    "less_than_equal": "This must be {le} or less.",
    "less_than": "This must be less than {lt}.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "too_short": "There must be {min_length} of these or more.",
    "too_long": "There may be {max_length} of these at most.",
    "enum": "This must be one of {expected}.",
    "literal_error": "This must be one of {expected}.",
    "datetime_type": "This must be a time, such as 2026-11-21T09:30:00Z.",
    "datetime_parsing": "This must be a time, such as 2026-11-21T09:30:00Z.",
    "datetime_from_date_parsing": "This must be a time, such as 2026-11-21T09:30:00Z.",
}


def sentence(error: ErrorDetails) -> str:
    """What to tell a person of one error of pydantic's."""
    limits = error.get("ctx", {})
    if error["type"] == "value_error":  # ours: it is a sentence already
        return str(limits["error"])
    kind = error["type"]
    if kind in ("too_long", "too_short") and isinstance(error["input"], str):
        kind = f"string_{kind}"
    if kind.endswith("too_short") and limits["min_length"] == 1:
        return "This must not be empty."
    text = _SENTENCES.get(kind)
    return text.format_map(limits) if text else error["msg"]


def in_sentences(error: ValidationError) -> ValidationError:
    """The same errors, each with its sentence as the message."""
    return ValidationError.from_exception_data(error.title, [_retold(one) for one in error.errors()])


def refusal(text: str) -> PydanticCustomError:
    """An error with this message, for validators to raise."""
    return PydanticCustomError("refused", "{text}", {"text": text})  # braces in a text mean nothing


def _retold(error: ErrorDetails) -> InitErrorDetails:
    return InitErrorDetails(type=refusal(sentence(error)), loc=error["loc"], input=error["input"])
