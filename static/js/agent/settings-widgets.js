// Widgets: their key and what to put into a page, whose pages may show them, on or off.
import { client } from "../shell.js";
import { report, toast } from "../ui.js";
import { byId } from "../dom.js";
import { settingsList } from "./settings-list.js";

const lines = (text) => text.split(/[\s,]+/).filter(Boolean);

const load = settingsList({
  name: "widgets",
  one: "widget",
  path: "/api/widgets/",
  show(parts, { origins, is_enabled: isOn }) {
    parts.text.textContent = origins.join(", ") || "No page may show it yet";
    parts.mark.hidden = false;
    parts.mark.textContent = isOn ? "On" : "Off";
    parts.mark.classList.toggle("ok", isOn);
  },
  fill(form, widget) {
    byId("widget-name").value = widget?.name ?? "";
    byId("widget-origins").value = (widget?.origins ?? []).join("\n");
    byId("widget-team").value = widget?.team_id ?? "";
    form.elements.is_enabled.checked = widget?.is_enabled ?? true;
    byId("widget-on").hidden = byId("widget-key").hidden = !widget;
    byId("snippet").textContent = widget ? `<script src="${location.origin}/widget.js" data-key="${widget.key}" async></script>` : "";
    byId("secret").textContent = widget?.secret ?? "";
  },
  read(values, form) {
    const isNew = byId("widget-on").hidden;
    const body = { name: values.name, origins: lines(values.origins), team_id: Number(values.team_id) || null };
    return isNew ? body : { ...body, is_enabled: form.elements.is_enabled.checked };
  },
});

/** Show the widgets, and the teams that may answer what comes by them. Throws PulseError. */
export async function loadWidgets() {
  const { data } = await client.api("GET", "/api/teams/");
  byId("widget-team").replaceChildren(new Option("Everybody", ""), ...data.map(({ id, name }) => new Option(name, id)));
  await load();
}

byId("copy-snippet").addEventListener("click", () => report(async () => {
  try {
    await navigator.clipboard.writeText(byId("snippet").textContent);
    toast("It is copied.");
  } catch {
    toast("The browser does not let this page copy.", "danger");
  }
}));
