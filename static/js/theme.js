// Loaded before the page is drawn, so that a chosen theme never flashes the other one first.
(() => {
  try {
    const theme = localStorage.getItem("pulse-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch { /* storage is forbidden here: the system's theme it is */ }
})();
