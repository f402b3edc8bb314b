// Starts ReDoc. Its logo would come from its maker's server; the page's policy does not let it.
import { init } from "/api/schema/assets/redoc.js";

const place = document.getElementById("redoc");
init(place.dataset.document, { disableTelemetry: true }, place);
