// What all places to write in have.

/** Let a textarea be as high as its text. Its style sheet sets the limit. */
export function growWith(area) {
  const fit = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  };
  area.addEventListener("input", fit);
}

/** Put a text where the cursor is, as if it had been typed. */
export function insert(area, text, from = area.selectionStart, to = area.selectionEnd) {
  area.setRangeText(text, from, to, "end");
  area.focus();
  area.dispatchEvent(new Event("input"));
}
