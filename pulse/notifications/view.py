"""A notification as its user sees it at one moment."""

from dataclasses import dataclass

from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.conversations.rules import MessageKind, snippet
from pulse.notifications import rules
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind
from pulse.workspaces import signing
from pulse.workspaces.models import Invitation, Workspace


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it."""

    username: str
    name: str


@dataclass(frozen=True, slots=True)
class View:
    """A notification and what it is about. `people` are the latest of its actors who still exist."""

    notification: Notification
    people: list[Person]
    conversation: Conversation | None
    message: Message | None
    invitation: Invitation | None
    workspace: Workspace | None  # of the invitation

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind(self.notification.kind)

    @property
    def title(self) -> str:
        """What happened, in a sentence of one line."""
        row = self.notification
        names = [person.name for person in self.people]
        return " ".join(rules.title(self.kind, names, len(row.actors), row.count, self._place).split())

    @property
    def text(self) -> str:
        """The latest message in one line; empty if there is none, or none any more."""
        if self.message is None or self.message.deleted_at is not None:
            return ""
        sent = {MessageKind.IMAGE: "Sent a picture.", MessageKind.FILE: "Sent a file."}
        return snippet(self.message.body) or sent.get(MessageKind(self.message.kind), "")

    @property
    def url(self) -> str:
        """The page to open, on this server."""
        if self.invitation:
            return f"/invitations/{signing.invitation_token(self.invitation.id, self.invitation.email)}"
        if self.kind is NoticeKind.WEBHOOK_DISABLED:
            return f"/integrations#webhook-{self._number}"
        if self.conversation:
            is_support = self.conversation.kind == Kind.SUPPORT
            is_desk = is_support and self.conversation.created_by_id != self.notification.user_id
            return f"{'/agent' if is_desk else '/app'}/{self.conversation.id}"
        return "/people"

    @property
    def workspace_id(self) -> int | None:
        if self.workspace:
            return self.workspace.id
        return self.conversation.workspace_id if self.conversation else None

    @property
    def _number(self) -> str:
        """What it is about where no table below these knows it: `webhook:7:...`."""
        return self.notification.key.split(":")[1]

    @property
    def _place(self) -> str:
        if self.workspace:
            return self.workspace.name
        if self.kind is NoticeKind.WEBHOOK_DISABLED:
            return f"webhook {self._number}"
        if self.conversation is None or self.conversation.kind == Kind.DIRECT:
            return ""
        sign = "#" if self.conversation.kind == Kind.CHANNEL else ""
        return f"{sign}{self.conversation.name}"
