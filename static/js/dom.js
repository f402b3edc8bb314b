// Making elements. Text goes in as text; only a message's `html`, which the server has made safe, is markup.

export const byId = (id) => document.getElementById(id);

/** A copy of `<template id>`: `{ root, parts }`, the parts by their data-part. */
export function copyOf(id) {
  const root = byId(id).content.firstElementChild.cloneNode(true);
  const parts = {};
  for (const part of root.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { root, parts };
}

/** An element with a class, properties and children (strings are text). */
export function el(tag, className = "", properties = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** A symbol of icons.svg. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Show a number, or nothing for 0. `what` tells screen readers of what. */
export function showCount(element, count, what) {
  element.hidden = !count;
  element.textContent = count > 999 ? "999+" : String(count);
  if (!count) return;
  element.append(el("span", "unseen", {}, ` ${what}`));
}

/** Make a list's children those of `wanted` ([key, make()]), keeping the elements that are there already. */
export function arrange(list, wanted) {
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let at = list.firstElementChild;
  for (const [key, make] of wanted) {
    const child = kept.get(String(key)) ?? make();
    child.dataset.key = key;
    kept.delete(String(key));
    if (child === at) at = at.nextElementSibling;
    else list.insertBefore(child, at);
  }
  for (const child of kept.values()) child.remove();
}

/** `fn` once per frame, however often it is asked for. */
export function oncePerFrame(fn) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      fn();
    });
  };
}

/** `fn` when nothing has asked for it for some milliseconds. */
export function afterPause(fn, milliseconds) {
  let timer = 0;
  return (...data) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...data), milliseconds);
  };
}
