// What the button on the page and the frame must agree on: language and colour.

export const LANGUAGES = ["en", "de"];

/** The wanted language, else the browser's, else English. */
export function languageOf(wanted) {
  const choices = [wanted, ...navigator.languages].map((tag) => String(tag ?? "").slice(0, 2).toLowerCase());
  return choices.find((tag) => LANGUAGES.includes(tag)) ?? LANGUAGES[0];
}

/** Whether a text is a colour such as #3450c4. */
export const isColor = (text) => /^#[0-9a-f]{6}$/i.test(text ?? "");

/** Black or white, whichever is read better on a colour (relative luminance of WCAG 2). */
export function contrastOf(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
