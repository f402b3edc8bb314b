"""What the tests do on the desk of agents, and what they need to be there before."""

import re
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from pulse.core.events import transaction
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.support import queries, service
from pulse.support.models import Ticket
from pulse.support.rules import Priority
from tests.conftest import Live
from tests.support.browser import Visitor, wait_for
from tests.web.chat import Make, expect_ready
from tests.web.conftest import Account

_numbers = count(1)


@dataclass(frozen=True)
class Desk:
    """A team: its tickets go to nobody else, and its agents take none by themselves until they say so."""

    live: Live
    team_id: int
    agents: tuple[Account, ...]

    def ask(
        self,
        who: Account,
        subject: str,
        description: str = "",
        *,
        tags: tuple[str, ...] = (),
        priority: Priority = Priority.MEDIUM,
    ) -> int:
        """Open a ticket; returns its conversation's id."""
        asked = service.Request(subject, description, priority, tags, self.team_id)
        with self.live.app.app_context():
            return service.open_ticket(who.id, asked)

    def room(self, conversation_id: int) -> str:
        """The address of a ticket outside."""
        return self.ticket(conversation_id).room

    def ticket(self, conversation_id: int) -> Ticket:
        with self.live.app.app_context():
            found = queries.ticket(conversation_id)
            assert found is not None
            return found

    def assign(self, conversation_id: int, agent: Account) -> None:
        """Make it theirs, as an agent who takes over does."""
        room = self.room(conversation_id)
        with self.live.app.app_context():
            service.assign(Identity(agent.id, 0, Role.AGENT), room, agent.id)

    def note(self, conversation_id: int, agent: Account, body: str) -> None:
        room = self.room(conversation_id)
        with self.live.app.app_context():
            service.add_note(Identity(agent.id, 0, Role.AGENT), room, body)

    def set(self, conversation_id: int, column: str, value: object) -> None:
        """Set a column of a ticket by SQL, as time would."""
        with self.live.app.app_context(), transaction() as session:
            statement = text(f"UPDATE tickets SET {column} = :value WHERE conversation_id = :id")
            session.execute(statement, {"value": value, "id": conversation_id})

    def available(self, agent: Account, is_available: bool = True) -> None:
        with self.live.app.app_context():
            service.set_availability(agent.id, is_available)


def desk(live: Live, account: Make, *names: str) -> Desk:
    """Make a team with agents of these names."""
    agents = tuple(account(name, Role.AGENT) for name in names)
    with live.app.app_context(), transaction() as session:  # what other tests left for everybody
        session.execute(
            text("UPDATE tickets SET status = 'closed' WHERE status = 'waiting' AND team_id IS NULL")
        )
    with live.app.app_context():
        team_id = service.create_team(f"Team {next(_numbers)}", "UTC", [], [])
        for agent in agents:
            service.set_availability(agent.id, False)
            service.set_agent(agent.id, {"team_ids": [team_id]})
    return Desk(live, team_id, agents)


def open_desk(visitor: Visitor, conversation_id: int | None = None, *, view: str = "", team: int = 0) -> Page:
    """A tab with the desk, its tickets listed and live; on one of its tabs, narrowed to a team."""
    page = visitor.tab(f"/agent/{conversation_id}" if conversation_id else "/agent")
    expect_desk_ready(page)
    if team:
        page.locator("#more-filters").click()
        page.locator("#filter-team").select_option(str(team))
    if view:
        tab(page, view).click()
    expect(page.locator("#tickets-box")).not_to_have_attribute("aria-busy", "true")
    return page


def expect_desk_ready(page: Page) -> None:
    """Wait until the desk shows what it is to show, and is connected."""
    expect_ready(page)
    expect(page.locator("#available")).to_be_enabled()


def tab(page: Page, name: str) -> Locator:
    return page.locator(f"#tab-{name.lower()}")


def rows(page: Page) -> Locator:
    return page.locator(".ticket-row")


def row(page: Page, conversation_id: int) -> Locator:
    """A ticket in the list."""
    return page.locator(f'.ticket-row[data-conversation="{conversation_id}"]')


def expect_rows(page: Page, *conversation_ids: int) -> None:
    """Wait until the list holds these tickets, in this order."""
    shown = "rows => rows.map((row) => Number(row.dataset.conversation))"
    expect(rows(page)).to_have_count(len(conversation_ids))
    wait_for(
        page,
        "(ids) => JSON.stringify([...document.querySelectorAll('.ticket-row')]"
        ".map((row) => Number(row.dataset.conversation))) === JSON.stringify(ids)",
        list(conversation_ids),
    )
    assert rows(page).evaluate_all(shown) == list(conversation_ids)


def go(page: Page, conversation_id: int) -> None:
    """Open a ticket by its row."""
    row(page, conversation_id).click()
    expect(row(page, conversation_id)).to_have_attribute("aria-current", "page")
    expect_ready(page)


def notes(page: Page) -> Locator:
    """The notes among the messages."""
    return page.locator("#messages > .note")


def events(page: Page, words: str) -> Locator:
    """Lines about what happened, among the messages."""
    return page.locator("#messages > .is-event").filter(has_text=re.compile(words))
