// What is promised for each priority.
import { client } from "../shell.js";
import { onSubmit, toast } from "../ui.js";
import { byId, copyOf } from "../dom.js";

/** Show the promised times. Throws PulseError. */
export async function loadTargets() {
  const { data } = await client.api("GET", "/api/desk/targets/");
  byId("targets").replaceChildren(...data.reverse().map(row));
}

function row({ priority, first_response: response, resolution }) {
  const { root: form, parts } = copyOf("target-row");
  const label = priority[0].toUpperCase() + priority.slice(1);
  parts.name.textContent = label;
  form.setAttribute("aria-label", label);
  form.elements.first_response.value = response;
  form.elements.resolution.value = resolution;
  onSubmit(form, async (values) => {
    const body = { first_response: Number(values.first_response), resolution: Number(values.resolution) };
    await client.api("PUT", `/api/desk/targets/${priority}/`, body);
    toast(`${label}: saved.`);
  });
  return form;
}
