"""What the demo's people say to each other."""

from pulse.cli.demo.script import Line, Place, Thread, ago, on
from pulse.conversations.kinds import Kind

PLACES = (
    Place("carla, david", "carla david", kind=Kind.DIRECT, unread={"carla": 2}),
    Place("admin, carla", "admin carla", kind=Kind.DIRECT),
    Place("agnes, admin", "agnes admin", kind=Kind.DIRECT, unread={"admin": 1}),
    Place("elena, carla", "elena carla", kind=Kind.DIRECT),
    Place("boris, agnes", "boris agnes", kind=Kind.DIRECT),
    Place("ines, kavya", "ines kavya", kind=Kind.DIRECT, unread={"kavya": 1}),
)

THREADS = (
    Thread(
        "carla, david",
        on(6, 14, 45),
        (
            Line("carla", "How do I say in one sentence why the search is faster?"),
            Line("david", "It looks at all routes at once, and keeps what it has found for the next one."),
            Line("carla", "That fits. Thank you!", reactions={"🙂": "david"}),
        ),
    ),
    Thread(
        "carla, david",
        on(1, 11, 5),
        (
            Line("david", "Do the notes mention the new setting? It is `SEARCH_WORKERS`, 4 by default."),
            Line("carla", "They do now.", answers=0),
        ),
    ),
    Thread(
        "carla, david",
        ago(35),
        (
            Line("david", "One more for the notes: the upgrade takes *four* minutes, not ten."),
            Line("david", "Lunch at one?"),
        ),
    ),
    Thread(
        "admin, carla",
        on(5, 9, 15),
        (
            Line("admin", "Could you say something about 2.4 at the meeting? Ten minutes are enough."),
            Line("carla", "Gladly. With David for the part about the search?"),
            Line("admin", "Very good.", answers=1, reactions={"👍": "carla"}),
        ),
    ),
    Thread(
        "admin, carla",
        ago(240),
        (
            Line("carla", "My slides for the meeting are ready, seven of them."),
            Line("admin", "Seven is a good number. Thank you!", reactions={"🙂": "carla"}),
        ),
    ),
    Thread(
        "agnes, admin",
        on(4, 8, 10),
        (
            Line("agnes", "Boris and I would like to swap the late shifts in December. Is that fine?"),
            Line("admin", "Of course. Please note it in the calendar.", answers=0),
        ),
    ),
    Thread(
        "agnes, admin",
        ago(60),
        (Line("agnes", "The old app again: a newspaper asks. Who should talk to them?"),),
    ),
    Thread(
        "elena, carla",
        on(3, 12, 30),
        (
            Line("elena", "Light or dark for the pictures in the notes?"),
            Line("carla", "Light, most people print them. *Really.*", answers=0),
            Line("elena", "Then light, with stronger lines.", reactions={"👍": "carla"}),
        ),
    ),
    Thread(
        "boris, agnes",
        on(2, 8, 40),
        (
            Line("boris", "The customer with the empty map writes that it works now."),
            Line("agnes", "Good, I close it.", answers=0),
        ),
    ),
    Thread(
        "ines, kavya",
        ago(130),
        (
            Line("kavya", "Which address goes on the invoice for the harbour?"),
            Line("ines", "Quay 4, not the old one. I send you their letter."),
        ),
    ),
)
