// The profile page: picture, names, privacy, notifications, password, sessions.
import { client, signOut } from "./shell.js";
import { fillAvatar, onSubmit, report, run, showAgo, toast } from "./ui.js";

const byId = (id) => document.getElementById(id);
const FIELDS = ["full_name", "first_name", "last_name", "phone", "status_text"];
const TIMEOUTS = [30, 60, 120, 300, 900, 1800, 3600]; // seconds
const MAIL_AFTER = [5, 15, 30, 60, 120, 480, 1440]; // minutes

// Each form is filled by itself: saving one must not undo what is typed into another.

function showProfile(profile) {
  for (const name of FIELDS) byId(name).value = profile[name];
  fillSelect(byId("time_zone"), zones(profile.time_zone), profile.time_zone);
}

function showPrivacy(profile) {
  fillSelect(byId("offline_after"), timeouts(profile.offline_after), profile.offline_after ?? "");
  byId("privacy-form").elements.visibility.value = profile.visibility;
  byId("privacy-form").elements.show_last_seen.checked = profile.show_last_seen;
}

function showNotifications(wanted) {
  const { elements } = byId("notifications");
  for (const name of ["mentions_while_busy", "mail_when_away"]) elements[name].checked = wanted[name];
  const own = wanted.mail_after_minutes;
  const choices = withOwn(MAIL_AFTER, own).map((minutes) => [minutes, duration(minutes * 60)]);
  fillSelect(elements.mail_after_minutes, choices, own);
}

function showPicture(profile) {
  fillAvatar(byId("picture"), profile);
  fillAvatar(byId("me-avatar"), profile, byId("me-dot").dataset.status);
  byId("me-avatar").querySelector(".dot").id = "me-dot";
  byId("picture-remove").hidden = !profile.avatar_url;
}

function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([key, label]) => new Option(label, key)));
  select.value = value;
}

function zones(own) {
  const names = new Set(["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? []), own]);
  return [...names].map((name) => [name, name.replaceAll("_", " ")]);
}

function timeouts(own) {
  const usual = Number(byId("offline_after").dataset.default);
  const choices = withOwn(TIMEOUTS, own).map((seconds) => [seconds, duration(seconds)]);
  return [["", `${duration(usual)} (usual)`], ...choices];
}

function withOwn(values, own) {
  return own && !values.includes(own) ? [...values, own].sort((a, b) => a - b) : values;
}

function duration(seconds) {
  const [size, unit] = [[3600, "hour"], [60, "minute"], [1, "second"]].find(([size]) => seconds % size === 0);
  return seconds === size ? `1 ${unit}` : `${seconds / size} ${unit}s`;
}

onSubmit(byId("profile-form"), async (values) => {
  showProfile(await client.api("PUT", "/api/profile/", values));
  toast("Saved.");
});
onSubmit(byId("privacy-form"), async ({ visibility, offline_after: after }, form) => {
  const { checked } = form.elements.show_last_seen;
  const changes = { visibility, show_last_seen: checked, offline_after: after ? Number(after) : null };
  showPrivacy(await client.api("PUT", "/api/profile/", changes));
  toast("Saved.");
});
onSubmit(byId("notifications"), async ({ mail_after_minutes: after }, { elements }) => {
  const [mentions_while_busy, mail_when_away] = [elements.mentions_while_busy.checked, elements.mail_when_away.checked];
  const changes = { mentions_while_busy, mail_when_away, mail_after_minutes: Number(after) };
  showNotifications(await client.api("PUT", "/api/notifications/preferences/", changes));
  toast("Saved.");
});
if (byId("password-form")) onSubmit(byId("password-form"), async ({ current_password, new_password }, form) => {
  await client.api("PUT", "/api/profile/password/", { current_password, new_password });
  form.reset();
  toast("Your password is changed.");
  await showSessions();
});

byId("picture-file").addEventListener("change", ({ currentTarget: input }) =>
  run(input, async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    if (file.size > Number(input.dataset.most)) return toast("That picture is too large.", "danger");
    const body = new FormData();
    body.set("file", file);
    showPicture(await client.api("PUT", "/api/profile/avatar/", body));
    toast("Your picture is changed.");
  }),
);
byId("picture-remove").addEventListener("click", ({ currentTarget }) =>
  run(currentTarget, async () => {
    await client.api("DELETE", "/api/profile/avatar/");
    showPicture(await client.api("GET", "/api/profile/"));
  }),
);

// Sessions

// What a user agent names itself, and what people call that; the first that fits.
const BROWSERS = { "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari" };
const SYSTEMS = {
  Android: "Android", iPhone: "iOS", iPad: "iOS", Windows: "Windows", "Mac OS": "macOS", CrOS: "ChromeOS", Linux: "Linux",
};

function clientName(agent) {
  const nameIn = (names) => names[Object.keys(names).find((key) => agent.includes(key))];
  const [browser, system] = [nameIn(BROWSERS), nameIn(SYSTEMS)];
  if (browser) return system ? `${browser} on ${system}` : browser;
  return agent.split(/[/\s]/)[0] || "Unknown client";
}

function sessionRow(session) {
  const row = byId("session").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  const symbol = session.device_type === "mobile" ? "phone" : "device";
  part("icon").setAttribute("href", `/static/icons.svg#${symbol}`);
  part("client").textContent = clientName(session.client);
  part("address").textContent = session.address;
  part("current").hidden = !session.is_current;
  part("when").textContent = "used";
  showAgo(part("used"), session.last_used_at);
  part("end").hidden = session.is_current;
  part("end").setAttribute("aria-label", `End the session of ${part("client").textContent}, ${session.address}`);
  part("end").addEventListener("click", ({ currentTarget }) =>
    run(currentTarget, async () => {
      await client.api("DELETE", `/api/sessions/${session.id}/`);
      await showSessions();
      toast("That session has ended.");
    }),
  );
  return row;
}

async function showSessions() {
  const { data } = await client.api("GET", "/api/sessions/?limit=100");
  data.sort((a, b) => b.is_current - a.is_current);
  byId("sessions").replaceChildren(...data.map(sessionRow));
  byId("end-others").hidden = data.length < 2;
}

byId("end-others").addEventListener("click", ({ currentTarget }) =>
  run(currentTarget, async () => {
    await client.api("POST", "/api/sessions/end-others/");
    await showSessions();
    toast("You are signed out everywhere else.");
  }),
);
byId("sign-out-here").addEventListener("click", ({ currentTarget }) => run(currentTarget, signOut));

await report(async () => {
  const profile = await client.api("GET", "/api/profile/");
  for (const show of [showPicture, showProfile, showPrivacy]) show(profile);
  showNotifications(await client.api("GET", "/api/notifications/preferences/"));
  await showSessions();
});
byId("profile-page").inert = false; // before, what is typed would be overwritten
byId("profile-page").setAttribute("aria-busy", "false");
