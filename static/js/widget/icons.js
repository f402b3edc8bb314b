// The few symbols of the widget, drawn here so that it loads no other file.

const PATHS = {
  back: "M14.5 5.500L8 12l6.500 6.500",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  send: "M4 12L20 4.500 15 20l-3.500-6zM11.500 14L20 4.500",
  clip: "M19.500 11.500l-7.700 7.700a5 5 0 0 1-7-7l8-8a3.400 3.400 0 0 1 4.800 4.800l-8 8a1.700 1.700 0 0 1-2.400-2.400l7.400-7.400",
  file: "M6 3.500h7.500l5 5v12H6zM13.500 3.500v5h5",
  retry: "M19.500 12a7.500 7.500 0 1 1-2.300-5.400M19.500 4v3.500H16",
  plus: "M12 5v14M5 12h14",
  star: "M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1.100 5.900L12 16.900l-5.300 2.800 1.100-5.900L3.500 9.700l5.900-.8z",
};

export function symbol(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `symbol symbol-${name}`);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
