"""What the demo's people say about their company."""

from pulse.cli.demo.script import Line, Place, Thread, ago, on

PLACES = (
    Place(
        "general",
        "admin agnes boris carla david elena farid greta hiro ines kavya",
        "Company news, and what concerns everybody",
        unread={"carla": 3, "admin": 3, "greta": 6, "hiro": 2, "farid": 1},
    ),
    Place(
        "random",
        "david agnes boris carla elena farid greta ines kavya admin",
        "Bicycles, bread and everything else",
        unread={"admin": 5, "kavya": 2},
    ),
    Place(
        "hiring",
        "admin carla elena",
        "Two places for spring. Stays in here, please",
        is_private=True,
        unread={"elena": 1},
    ),
)

THREADS = (
    Thread(
        "general",
        on(10, 8, 5),
        (
            Line(
                "admin",
                "Good morning, and welcome to our new home for talk. A few habits that served us well:\n\n"
                "- one topic, one channel\n"
                "- answer with **reply**, so that nobody has to guess what *yes* means\n"
                "- nobody has to answer outside their hours",
                reactions={"👋": "agnes david elena kavya", "❤️": "carla ines"},
                pinned_by="admin",
            ),
            Line("ines", "No more lost threads in my inbox? I am in."),
            Line("david", "Does it have a dark mode?", reactions={"😄": "elena"}),
            Line("elena", "It follows your system. I looked at that first, of course.", answers=2),
            Line("hiro", "Good evening from Tokyo. I read everything in my morning."),
        ),
    ),
    Thread(
        "general",
        on(8, 9, 30),
        (
            Line("kavya", "Invoices of this month are out. 412 sent, 3 came back with a wrong address."),
            Line("agnes", "Send me the three, I call them today.", answers=0, reactions={"🙏": "kavya"}),
            Line("kavya", "Sent. One is the bakery that moved to the harbour."),
        ),
    ),
    Thread(
        "general",
        on(6, 12, 40),
        (
            Line(
                "greta", "I am on the road until Friday: Malmö, then Gothenburg. Phone works, laptop rarely."
            ),
            Line("ines", "Say hello to the harbour people, they signed for forty more bicycles."),
            Line("greta", "Forty? They told me thirty last week.", answers=1),
            Line("ines", "Forty. I have it in writing.", reactions={"🎉": "admin carla david farid greta"}),
            Line("admin", "Wonderful news. Cake on Thursday."),
        ),
    ),
    Thread(
        "general",
        on(4, 8, 55),
        (
            Line("farid", "The weekly figures: 18,204 routes planned, 6 % more than the week before."),
            Line("farid", "Most of it is new customers in Portugal, so thank @ines."),
            Line(
                "ines", "Obrigada! The tutorial video did more than I did.", reactions={"👏": "farid elena"}
            ),
        ),
    ),
    Thread(
        "general",
        on(2, 15, 10),
        (
            Line("boris", "Heads-up: the office network is replaced tomorrow from 17:00, about an hour."),
            Line("elena", "Does that touch the build machine?", answers=0),
            Line("boris", "It is on its own line, builds go on.", answers=1, reactions={"👍": "elena david"}),
        ),
    ),
    Thread(
        "general",
        on(1, 9, 0),
        (
            Line(
                "admin", "@channel The quarterly meeting is on **Thursday at 14:00**, upstairs and by video."
            ),
            Line("david", "Is there an agenda?", answers=0),
            Line("admin", "1. where we are\n2. release 2.4\n3. spring: two new places\n4. cake", answers=1),
            Line("david", "Point 4 looks promising.", reactions={"🍰": "carla elena greta kavya"}),
        ),
    ),
    Thread(
        "general",
        ago(210),
        (
            Line("carla", "The draft of the release notes is at https://northwind.example/notes/2.4"),
            Line("elena", "Reads well. Shall I add pictures of the new map?", answers=0),
            Line("carla", "Yes please, two would be great.", answers=1),
        ),
    ),
    Thread(
        "general",
        ago(48),
        (
            Line("ines", "The harbour people ask whether they may come to the meeting by video."),
            Line("boris", "The room has a camera now. I send @carla and @admin the link.", answers=0),
            Line("kavya", "Then I bring two cakes.", reactions={"😄": "ines boris"}),
        ),
    ),
    Thread(
        "random",
        on(8, 16, 30),
        (
            Line("david", "My sourdough has a name now: Clint Yeastwood."),
            Line("kavya", "Mine died in the heat.", reactions={"😢": "david greta"}),
            Line("david", "I bring you some on Monday, it grows faster than I can bake.", answers=1),
        ),
    ),
    Thread(
        "random",
        on(5, 17, 0),
        (
            Line("elena", "Who comes along on Saturday? Round the lake, 45 km, flat."),
            Line("farid", "Me, if flat means flat this time."),
            Line("elena", "There is *one* hill.", answers=1, reactions={"😄": "farid boris david"}),
            Line("boris", "There is always one hill."),
        ),
    ),
    Thread(
        "random",
        on(3, 15, 45),
        (
            Line("greta", "Found on the ferry: a map from 1931 with our harbour on it, and no bridge yet."),
            Line("elena", "I want that on the wall!", reactions={"👍": "carla farid greta"}),
        ),
    ),
    Thread(
        "random",
        ago(160),
        (
            Line("farid", "The coffee machine says *descale me*. It has said so since Tuesday."),
            Line("agnes", "I did it yesterday. It enjoys saying it.", answers=0),
            Line("farid", "Then it needs a release of its own.", reactions={"☕": "agnes carla david"}),
            Line("ines", "With notes by Carla."),
            Line("carla", "*2.4.1: the machine is content now.*", reactions={"😄": "farid ines agnes"}),
            Line("david", "Ship it."),
        ),
    ),
    Thread(
        "hiring",
        on(7, 13, 30),
        (
            Line("admin", "Two places for spring: one in support, one in design. 23 applications so far."),
            Line("elena", "For design I would talk to four of them. The list is in our folder."),
            Line("carla", "I can sit in on Wednesday and Thursday.", reactions={"👍": "admin elena"}),
        ),
    ),
    Thread(
        "hiring",
        on(2, 9, 20),
        (
            Line("elena", "The second talk was very good: asked more about our customers than about us."),
            Line("admin", "Then let us invite her to a day with the team.", answers=0),
            Line("carla", "I ask @elena to show her the map, and I take the morning."),
        ),
    ),
)
