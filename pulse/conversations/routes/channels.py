"""Channels of a workspace. A private one does not exist for whoever is not in it."""

from pulse.conversations import answers, policy, service
from pulse.conversations.kinds import Kind
from pulse.conversations.queries import conversations as queries
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas import conversations as s
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.workspaces import policy as workspaces

USE = Permission.CONVERSATIONS_USE


@bp.get("/api/channels/")
@needs(USE)
@bp.input(s.ChannelsQuery, location="query", arg_name="query")
@bp.output(Page[s.ConversationOut])
@bp.doc(responses={404: "There is no such workspace."})
def list_channels(query: s.ChannelsQuery) -> Page[s.ConversationOut]:
    """Channels of a workspace that you may see, by name"""
    who = identity()
    role = workspaces.role_in(query.workspace_id, who.user_id)
    after = decode_cursor(query.cursor, str, int)
    found = queries.channels(who.user_id, query.workspace_id, role, after, query.limit + 1)
    rows, last = cut(found, query.limit)
    place = last.place.conversation if last else None
    cursor = encode_cursor(place.name, place.id) if place else None
    return Page(data=answers.conversations(who, rows), next=cursor)


@bp.post("/api/channels/")
@needs(USE)
@bp.input(s.ChannelIn, arg_name="body")
@bp.output(s.ConversationOut, status_code=201)
@bp.doc(responses={404: "There is no such workspace.", 409: "There is a public channel of this name."})
def create_channel(body: s.ChannelIn) -> s.ConversationOut:
    """Make a channel"""
    who = identity()
    made = service.create(who.user_id, body.workspace_id, body.name, body.topic, is_private=body.is_private)
    return answers.conversation(who, made)


@bp.get("/api/channels/<id:channel_id>/")
@needs(USE)
@bp.output(s.ConversationOut)
def get_channel(channel_id: int) -> s.ConversationOut:
    """One channel"""
    return _shown(channel_id)


@bp.patch("/api/channels/<id:channel_id>/")
@needs(USE)
@bp.input(s.ChannelChangeIn, arg_name="body")
@bp.output(s.ConversationOut)
@bp.doc(responses={409: "There is a public channel of this name."})
def change_channel(channel_id: int, body: s.ChannelChangeIn) -> s.ConversationOut:
    """Change topic, name, privacy, retention

    The topic by its members; all else by who made it and the admins of the workspace.
    """
    service.update(identity().user_id, channel_id, body.model_dump(exclude_unset=True))
    return _shown(channel_id)


@bp.post("/api/channels/<id:channel_id>/join/")
@needs(USE)
@bp.output(s.ConversationOut)
@bp.doc(responses={409: "It is archived."})
def join_channel(channel_id: int) -> s.ConversationOut:
    """Become a member of a public channel"""
    service.join(identity().user_id, channel_id)
    return _shown(channel_id)


@bp.post("/api/channels/<id:channel_id>/leave/")
@needs(USE)
@bp.output({}, status_code=204)
def leave_channel(channel_id: int) -> str:
    """Be a member no longer"""
    service.remove_member(identity().user_id, channel_id, identity().user_id)
    return ""


@bp.post("/api/channels/<id:channel_id>/archive/")
@needs(USE)
@bp.output(s.ConversationOut)
def archive_channel(channel_id: int) -> s.ConversationOut:
    """Close it for writing; it can still be read"""
    service.archive(identity().user_id, channel_id, True)
    return _shown(channel_id)


@bp.post("/api/channels/<id:channel_id>/unarchive/")
@needs(USE)
@bp.output(s.ConversationOut)
def unarchive_channel(channel_id: int) -> s.ConversationOut:
    """Open it for writing again"""
    service.archive(identity().user_id, channel_id, False)
    return _shown(channel_id)


@bp.get("/api/channels/<id:channel_id>/members/")
@needs(USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.ConversationMemberOut])
def list_channel_members(channel_id: int, query: s.ListQuery) -> Page[s.ConversationMemberOut]:
    """Who is in it, by username"""
    policy.check_sees(channel_id, identity().user_id, Kind.CHANNEL)
    return answers.members(identity(), channel_id, query)


@bp.post("/api/channels/<id:channel_id>/members/")
@needs(USE)
@bp.input(s.PeopleIn, arg_name="body")
@bp.output(s.AddedOut)
@bp.doc(responses={409: "It is archived."})
def add_channel_members(channel_id: int, body: s.PeopleIn) -> s.AddedOut:
    """Put people of the workspace into it"""
    added = service.add(identity().user_id, channel_id, body.everybody)
    return s.AddedOut(added=sorted(added))


@bp.delete("/api/channels/<id:channel_id>/members/<id:user_id>/")
@needs(USE)
@bp.output({}, status_code=204)
def remove_channel_member(channel_id: int, user_id: int) -> str:
    """Leave it, or take somebody out of it"""
    service.remove_member(identity().user_id, channel_id, user_id)
    return ""


def _shown(channel_id: int) -> s.ConversationOut:
    policy.check_sees(channel_id, identity().user_id, Kind.CHANNEL)
    return answers.conversation(identity(), channel_id)
