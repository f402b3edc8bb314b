"""Whatever comes in at any HTTP door, the answer is one that the document describes, and never a 5xx.

For each operation some requests fit the document and some do not. Half of the ids in paths are real ones.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from sqlalchemy import update

from pulse.accounts import service as accounts
from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Person
from tests.contract.conftest import token_for

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS_AT_LEAST = 30


@dataclass
class Caller:
    """Whoever calls: nobody without a role."""

    role: Role | None
    user_id: int
    other_id: int
    token: str = ""

    def call(self, case: schemathesis.Case) -> Response:
        """Send a request. Some calls end sessions and take roles away: after a refusal, begin again."""
        if self.role is None:
            return case.call()
        self.token = self.token or self.sign_in(self.role)
        response = case.call(headers={"Authorization": f"Bearer {self.token}"})
        if response.status_code in (401, 403):
            self.token = ""
        return response

    def sign_in(self, role: Role) -> str:
        restored = {"role": role, "account_status": AccountStatus.ACTIVE}
        db.session.execute(update(User).where(User.id == self.user_id).values(restored))
        db.session.commit()
        accounts.end_sessions(self.user_id, "revoked")
        return token_for(self.user_id)

    def aim(self, case: schemathesis.Case) -> None:
        """Turn half of the numbers in the path into ids that exist."""
        for name, value in case.path_parameters.items():
            if isinstance(value, int) and value % 2:
                case.path_parameters[name] = (self.user_id, self.other_id)[value // 2 % 2]


@pytest.fixture(params=[None, Role.USER, Role.ADMIN], ids=["nobody", "user", "admin"])
def caller(member: Callable[..., Person], request: pytest.FixtureRequest) -> Caller:
    member("root", Role.ADMIN)
    return Caller(request.param, member("ann", request.param or Role.USER).id, member("bob", Role.USER).id)


@pytest.mark.parametrize("examples", [5, pytest.param(100, marks=[pytest.mark.full])])
@pytest.mark.timeout(3600)
def test_every_operation_keeps_its_word(app: Flask, caller: Caller, examples: int) -> None:
    document = schemathesis.openapi.from_wsgi("/api/schema/", app)
    found = [result.ok() for result in document.get_all_operations()]
    assert len(found) >= OPERATIONS_AT_LEAST
    broken = [problem for operation in found if (problem := broken_by(operation, caller, examples))]
    assert not broken, "\n\n".join(broken)


def broken_by(operation: APIOperation, caller: Caller, examples: int) -> str:
    """What a request to this operation brings to light that should not be; nothing if all is well."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @settings(
        max_examples=examples,
        derandomize=examples < 50,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def attack(case: schemathesis.Case) -> None:
        caller.aim(case)
        case.validate_response(caller.call(case), checks=CHECKS)

    try:
        attack()
    except (Exception, BaseExceptionGroup) as error:  # both libraries raise many kinds
        return f"{operation.label}: {error}"
    return ""
