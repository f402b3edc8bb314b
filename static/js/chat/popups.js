// Menus and boxes that open beside a button: their place, their keys, and where the focus goes afterwards.

const GAP = 6; // pixels

let opened = null; // the button whose popover is open
let pressed = null; // the button that was pressed while its popover was open

document.addEventListener("pointerdown", ({ target }) => {
  pressed = opened?.contains(target) ? opened : null;
}, { capture: true });

/** Open a popover beside `anchor`; `onPick(value, button)` gets the data-do of the button that is chosen. */
export function openBeside(popover, anchor, onPick) {
  const wasClosed = pressed === anchor; // by this press, as is everything beside a popover: that was wanted
  pressed = null;
  if (wasClosed) return;
  if (popover.matches(":popover-open")) popover.hidePopover();
  popover.showPopover();
  place(popover, anchor);
  opened = anchor;
  anchor.setAttribute("aria-expanded", "true");
  popover.onclick = (event) => {
    const button = event.target.closest("[data-do]");
    if (!button || !onPick) return;
    popover.hidePopover();
    onPick(button.dataset.do, button);
  };
  popover.onkeydown = (event) => walk(event, popover);
  popover.onbeforetoggle = ({ newState }) => {
    if (newState === "open") return;
    opened = null;
    anchor.setAttribute("aria-expanded", "false");
    if (popover.contains(document.activeElement)) anchor.focus();
  };
  const first = popover.querySelector("input:checked") ?? shownButtons(popover)[0] ?? popover.querySelector("input");
  first?.focus();
}

function place(popover, anchor) {
  const [box, by] = [popover.getBoundingClientRect(), anchor.getBoundingClientRect()];
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const left = by.left + box.width + GAP < width ? by.left : by.right - box.width;
  const below = by.bottom + GAP;
  const top = below + box.height < height ? below : by.top - box.height - GAP;
  popover.style.inset = `${clamp(top, height - box.height)}px auto auto ${clamp(left, width - box.width)}px`;
}

const clamp = (value, most) => Math.max(GAP, Math.min(value, most - GAP));

const shownButtons = (popover) => [...popover.querySelectorAll("button, a")].filter((one) => one.offsetParent);

function walk(event, popover) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("input")) return;
  const all = shownButtons(popover);
  const at = all.indexOf(document.activeElement);
  event.preventDefault();
  all.at((at + step) % all.length)?.focus();
}
