// Signing in with a password or a code, choosing a new password, registering, and accepting an invitation.
import { client } from "./shell.js";
import { onSubmit, run, toast } from "./ui.js";

const byId = (id) => document.getElementById(id);

if (byId("sign-in")) {
  onSubmit(byId("sign-in"), async (values, form) => {
    await client.api("POST", "/api/login/", values);
    location.assign(form.dataset.next);
  });
}

if (byId("ask-code")) {
  const [ask, enter] = [byId("ask-code"), byId("enter-code")];
  const show = (isSent) => {
    ask.hidden = isSent;
    enter.hidden = !isSent;
    (isSent ? byId("otp") : byId("email")).focus();
  };
  onSubmit(ask, async ({ email }) => {
    await client.api("POST", "/api/request-otp/", { email });
    byId("code-sent").textContent = `If ${email} belongs to an account, the code is on its way.`;
    show(true);
  });
  onSubmit(enter, async ({ otp, ...more }, form) => {
    const email = byId("email").value.trim();
    await client.api("POST", form.dataset.path, { email, otp: otp.replace(/\s/g, ""), ...more });
    location.assign(form.dataset.next);
  });
  byId("another-code").addEventListener("click", () => {
    byId("otp").value = "";
    show(false);
  });
}

if (byId("register")) {
  const form = byId("register");
  onSubmit(form, async (values) => {
    await client.api("POST", "/api/register/", values);
    byId("sent-to").textContent = values.email;
    form.hidden = true;
    byId("registered").hidden = false;
    byId("registered").focus();
  });
  byId("send-again").addEventListener("click", ({ currentTarget }) =>
    run(currentTarget, async () => {
      await client.api("POST", "/api/verify-email/", { email: byId("email").value.trim() });
      toast("Sent. It may take a minute to arrive.");
    }),
  );
}

if (byId("accept")) {
  onSubmit(byId("accept"), async ({ token }, form) => {
    const workspace = await client.api("POST", "/api/invitations/accept/", { token });
    byId("accepted").textContent = `You are in ${workspace.name} now.`;
    form.hidden = true;
    byId("accepted").hidden = false;
    byId("accepted").focus();
  });
}
