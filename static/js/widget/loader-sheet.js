// The looks of the button and the frame. A sheet made by script needs no style-src of the page's policy. `all` and
// `!important` on the host win over whatever the page says of it: of important rules the inner ones are stronger.

/** The style sheet of the shadow root; `side` is left or right. */
export function sheetOf(brand, onBrand, side) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host {
  all: initial !important; display: block !important; position: fixed !important; inset: auto ${side === "left" ? "auto" : "0"} 0 ${side === "left" ? "0" : "auto"} !important;
  width: 0 !important; height: 0 !important; z-index: 2147483647 !important; direction: ltr !important; color-scheme: light !important;
}
:host, iframe, button { opacity: 1; pointer-events: auto; }
[hidden] { display: none !important; }
button {
  position: fixed; ${side}: 20px; bottom: 20px; width: 56px; height: 56px; padding: 0; border: 0; border-radius: 50%; cursor: pointer;
  background: ${brand}; color: ${onBrand}; box-shadow: 0 6px 20px #10182840, 0 1px 3px #10182840; font: 600 12px/20px system-ui, sans-serif;
}
button:hover { filter: brightness(1.08); }
button:focus-visible { outline: 3px solid ${brand}; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
svg { display: block; width: 28px; height: 28px; margin: 0 auto; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.badge {
  position: absolute; top: -3px; right: -3px; min-width: 20px; box-sizing: border-box; padding: 0 6px; border-radius: 10px;
  background: #c21f2c; color: #fff; text-align: center; box-shadow: 0 0 0 2px #fff;
}
iframe {
  position: fixed; ${side}: 20px; bottom: 88px; width: 392px; max-width: calc(100vw - 40px); height: 660px; max-height: calc(100vh - 108px);
  border: 0; border-radius: 16px; background: Canvas; box-shadow: 0 16px 48px #10182847, 0 2px 6px #10182833;
}
iframe.away { visibility: hidden; opacity: 0; pointer-events: none; transform: translateY(12px); }
@media (prefers-reduced-motion: no-preference) {
  iframe { transition: opacity .16s, transform .16s; }
}
@media (max-width: 519px), (max-height: 459px) {
  iframe { inset: 0; width: 100%; max-width: none; height: 100%; max-height: none; border-radius: 0; }
  :host([open]) button { display: none; }
}
@media print { :host { display: none !important; } }
`);
  return sheet;
}
