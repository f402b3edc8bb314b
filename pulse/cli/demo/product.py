"""What the demo's people say about what they make."""

from pulse.cli.demo.script import Line, Place, Thread, ago, on

PLACES = (
    Place(
        "support",
        "agnes boris admin carla elena kavya ines",
        "What customers ask. Urgent? Mention @agnes",
        unread={"admin": 4, "carla": 2, "ines": 6},
    ),
    Place(
        "release",
        "carla admin boris david elena farid jonas",
        "2.4 leaves on Thursday. Notes: https://northwind.example/notes/2.4",
        unread={"carla": 2, "jonas": 3},
    ),
)

THREADS = (
    Thread(
        "support",
        on(9, 8, 20),
        (
            Line("agnes", "Third question this week: *where do I change the delivery window?*"),
            Line("boris", "It is under **Route > Details**, but only after the first save. Not obvious."),
            Line("carla", "I put it into the manual, with a picture.", reactions={"🙏": "agnes boris"}),
        ),
    ),
    Thread(
        "support",
        on(7, 10, 45),
        (
            Line("kavya", "A customer was charged twice. I can see both payments, the second one is ours."),
            Line("boris", "The log says that their browser sent the form again after a timeout."),
            Line("kavya", "I refund it now. Can we make that impossible?", answers=1),
            Line(
                "boris",
                "Yes: each form gets a key, and the second one with the same key changes nothing.\n\n"
                "```python\n"
                "def pay(order, key):\n"
                "    known = Payment.find(key=key)\n"
                "    return known or Payment.create(order, key=key)\n"
                "```\n"
                "plus a unique index on `key`, or two processes would both create one.",
                reactions={"💡": "carla kavya", "👍": "admin agnes"},
                pinned_by="boris",
            ),
            Line("admin", "Please put that into 2.4.", answers=3),
        ),
    ),
    Thread(
        "support",
        on(5, 7, 50),
        (
            Line("agnes", "Good morning. Eleven new questions, none urgent, I take the first six."),
            Line("boris", "Then five for me. Is the one with the empty map for us or for @elena?"),
            Line("agnes", "For us: they block our map server in their network.", answers=1),
            Line("boris", "I send them the list of addresses.", reactions={"👍": "agnes"}),
        ),
    ),
    Thread(
        "support",
        on(3, 11, 15),
        (
            Line("ines", "A school asks for a discount. Do we have one?"),
            Line("kavya", "30 % for schools, the form is at https://northwind.example/schools", answers=0),
            Line("ines", "Perfect, they take it."),
        ),
    ),
    Thread(
        "support",
        on(1, 13, 25),
        (
            Line("carla", "The manual has a search now. Tell me what people still do not find."),
            Line(
                "agnes", "> where do I change the delivery window?\n\nfinds the right page first. Thank you!"
            ),
        ),
    ),
    Thread(
        "support",
        ago(75),
        (
            Line("kavya", "Somebody asks whether we still support the old app. Do we?"),
            Line("carla", "Until the end of March, it says so in the notes of 2.3.", answers=0),
            Line("agnes", "I tell them. It is the fourth one today, perhaps we should write to all of them?"),
            Line("boris", "1,240 people still have it. I can make the list. @admin, may I?", answers=2),
        ),
    ),
    Thread(
        "release",
        on(9, 13, 0),
        (
            Line("carla", "Plan for **2.4**: faster route search, keys for payments, the new map."),
            Line("david", "Search is done, I only want to measure it under load."),
            Line("elena", "The map needs three more days.", answers=0),
            Line("carla", "Then we freeze on Monday.", reactions={"👍": "david elena boris farid"}),
        ),
    ),
    Thread(
        "release",
        on(6, 14, 20),
        (
            Line("david", "One test fails now and then, `test_two_routes_at_once`. I am on it."),
            Line("farid", "Since when?", answers=0),
            Line("david", "Since the search runs in parallel. It waits for the wrong thing."),
            Line(
                "david",
                "Fixed: it waits for the *answer* now, not for half a second. 500 runs without a failure.",
                was="Fixed: it waits for the answer now. 50 runs without a failure.",
                reactions={"🎯": "carla", "👏": "boris farid"},
            ),
        ),
    ),
    Thread(
        "release",
        on(4, 10, 10),
        (
            Line("farid", "Measured with last week's real questions:", has_picture=True),
            Line(
                "carla",
                "That is a third of what it was!",
                answers=0,
                reactions={"🚀": "admin david elena farid"},
            ),
            Line("david", "The peak at noon is gone as well. It was the cache, as @boris said."),
            Line("boris", "For once.", answers=2, reactions={"😄": "carla david"}),
        ),
    ),
    Thread(
        "release",
        on(3, 9, 40),
        (
            Line("jonas", "The translations for 2.4 are done: German, Portuguese, Swedish."),
            Line("carla", "Thank you @jonas! I found one word in the German menu that is too long."),
            Line("jonas", "~~Routenoptimierungseinstellungen~~ *Einstellungen*. Better?", answers=1),
            Line("carla", "Much better.", reactions={"😄": "jonas elena"}),
        ),
    ),
    Thread(
        "release",
        on(2, 16, 0),
        (
            Line("boris", "Frozen. From now on only repairs; tell me before you merge."),
            Line("elena", "The new map is in, with the colours for people who do not see red and green."),
            Line("admin", "I tried it on my phone on the train: quick and clear.", reactions={"❤️": "elena"}),
        ),
    ),
    Thread(
        "release",
        ago(110),
        (
            Line("carla", "Still open: two pictures in the notes, and the upgrade on the test machine."),
            Line(
                "david", "Upgrade is through: 4 minutes, no errors. @carla you can strike it off.", answers=0
            ),
            Line("boris", "Then we are ready for Thursday."),
        ),
    ),
)
