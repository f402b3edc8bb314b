// Files on their way to the server, with progress: fetch cannot tell how far it is.
import { PulseError, unreachable } from "../../pulse-api.js";
import { client } from "./page.js";

const cookie = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1] ?? "";

/** Upload a file: `{ done, stop }`, a promise of the attachment (refused with PulseError) and a function to give up. */
export function upload(file, onProgress) {
  let request = null;
  let isStopped = false;
  const send = () =>
    new Promise((resolve, reject) => {
      request = new XMLHttpRequest();
      request.open("POST", "/api/attachments/");
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-TOKEN", cookie("csrf_access_token"));
      request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
      request.addEventListener("error", () => reject(unreachable()));
      request.addEventListener("abort", () => reject(unreachable()));
      request.addEventListener("load", () => {
        if (request.status < 300) resolve(request.response);
        else reject(new PulseError({ status: request.status, title: request.statusText, ...request.response }));
      });
      const body = new FormData();
      body.append("file", file, file.name);
      request.send(body);
    });
  const done = send().catch(async (error) => {
    if (error.status !== 401 || isStopped) throw error;
    await client.api("GET", "/api/profile/"); // renews the cookies, or ends the session
    return send();
  });
  return {
    done,
    stop() {
      isStopped = true;
      request.abort();
    },
  };
}
