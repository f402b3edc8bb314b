"""The files of a conversation in one list."""

from tests.conversations.conftest import Team, say
from tests.conversations.uploads import picture, post


def test_files_are_listed_for_whoever_sees_the_conversation(team: Team) -> None:
    private = team.channel("private", is_private=True)
    say(team.ann, private, "No file here")
    names = ["first.png", "second.txt", "third.png"]
    contents = [picture(), b"plain text", picture()]
    uploads = [
        post(team.ann, content, name).json["id"] for name, content in zip(names, contents, strict=True)
    ]
    ids = [say(team.ann, private, "", attachment_ids=[one])["id"] for one in uploads]
    path = f"/api/conversations/{private}/files/"
    found = team.ann.get(path).json
    assert [one["id"] for one in found["data"]] == ids[::-1]
    assert [file["name"] for one in found["data"] for file in one["attachments"]] == names[::-1]
    page = team.ann.get(f"{path}?limit=2").json
    assert [one["id"] for one in team.ann.get(f"{path}?cursor={page['next']}").json["data"]] == [ids[0]]
    assert team.ann.call("DELETE", f"/api/messages/{ids[1]}/").status_code == 204
    assert ids[1] not in [one["id"] for one in team.ann.get(path).json["data"]]
    assert team.bob.get(path).status_code == 404
