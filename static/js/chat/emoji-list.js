// The emoji that the box offers: [title, [[emoji, words to find it by]]].

export const GROUPS = [
  ["Faces", [
    ["😀", "grinning"], ["😄", "laugh smile happy"], ["😁", "beaming"], ["😂", "tears of joy"],
    ["🤣", "rolling on the floor"], ["😊", "blush smile"], ["🙂", "slight smile"], ["🙃", "upside down"], ["😉", "wink"],
    ["😍", "heart eyes love"], ["😘", "kiss"], ["😋", "yum tasty"], ["😎", "cool sunglasses"], ["🤓", "nerd"],
    ["🤩", "star struck"], ["🥳", "party face"], ["😏", "smirk"], ["😅", "sweat smile"], ["😇", "angel"], ["🤗", "hug"],
    ["🤔", "thinking"], ["🤨", "raised eyebrow"], ["😐", "neutral"], ["😑", "expressionless"], ["🙄", "rolling eyes"],
    ["😬", "grimace"], ["😴", "sleeping"], ["🤯", "mind blown"], ["😮", "surprised wow"], ["😳", "flushed"],
    ["🥺", "pleading"], ["😢", "sad cry"], ["😭", "sobbing"], ["😤", "huff"], ["😡", "angry"], ["🤬", "swearing"],
    ["😱", "scream"], ["🤢", "sick"], ["🤒", "ill thermometer"], ["🤖", "robot"], ["👻", "ghost"], ["💀", "skull"],
    ["💩", "poop"],
  ]],
  ["Hands and people", [
    ["👍", "thumbs up yes"], ["👎", "thumbs down no"], ["👌", "ok"], ["✌️", "victory peace"], ["🤞", "fingers crossed"],
    ["🤙", "call me"], ["👋", "wave hello"], ["👏", "clap"], ["🙌", "raised hands"], ["🙏", "please thanks"],
    ["🤝", "handshake deal"], ["💪", "strong muscle"], ["👉", "point right"], ["👆", "point up"], ["👀", "eyes look"],
    ["🧠", "brain"], ["🙋", "raised hand question"], ["🤷", "shrug"], ["🤦", "facepalm"], ["🧑‍💻", "at the computer"],
  ]],
  ["Hearts and signs", [
    ["❤️", "heart love"], ["🧡", "orange heart"], ["💛", "yellow heart"], ["💚", "green heart"], ["💙", "blue heart"],
    ["💜", "purple heart"], ["🖤", "black heart"], ["💔", "broken heart"], ["💯", "hundred"], ["✅", "check done"],
    ["❌", "cross no"], ["⚠️", "warning"], ["❓", "question"], ["❗", "exclamation"], ["➕", "plus"], ["🔴", "red"],
    ["🟡", "yellow"], ["🟢", "green"], ["🔵", "blue"], ["⭐", "star"], ["✨", "sparkles"], ["🔥", "fire"],
    ["⚡", "lightning fast"], ["💥", "boom"], ["💡", "idea"], ["🎯", "target"], ["🚀", "rocket launch"],
    ["🚨", "siren alarm"], ["🔒", "locked"], ["🔑", "key"], ["📌", "pin"], ["📎", "paperclip"], ["📝", "note"],
    ["📅", "calendar"], ["📈", "chart up"], ["📉", "chart down"], ["🔗", "link"], ["🐛", "bug"], ["🛠️", "tools"],
    ["⏳", "hourglass waiting"], ["⏰", "alarm clock"],
  ]],
  ["Food and nature", [
    ["☕", "coffee"], ["🍵", "tea"], ["🍕", "pizza"], ["🍔", "burger"], ["🍎", "apple"], ["🍌", "banana"],
    ["🥑", "avocado"], ["🍪", "cookie"], ["🎂", "cake birthday"], ["🍺", "beer"], ["🍷", "wine"], ["🌱", "seedling"],
    ["🌳", "tree"], ["🌸", "blossom"], ["☀️", "sun"], ["🌧️", "rain"], ["❄️", "snow"], ["🌈", "rainbow"], ["🐶", "dog"],
    ["🐱", "cat"], ["🦊", "fox"], ["🐼", "panda"], ["🦄", "unicorn"], ["🐢", "turtle slow"],
  ]],
  ["Things to do", [
    ["🎉", "party tada"], ["🎁", "present gift"], ["🏆", "trophy"], ["🥇", "gold medal"], ["⚽", "football"],
    ["🎮", "game"], ["🎧", "headphones"], ["🎵", "music"], ["🎬", "film"], ["📷", "camera"], ["✈️", "plane travel"],
    ["🚗", "car"], ["🚲", "bicycle"], ["🏠", "home"], ["🏖️", "beach holiday"], ["🛌", "bed sleep"], ["🏃", "run"],
    ["🚶", "walk"],
  ]],
];
