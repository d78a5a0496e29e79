// The pages behind the links of our letters. All words stand in the page, in its language: this only shows the right ones.

const $ = (id) => document.getElementById(id);

// The part behind the # is never sent anywhere by the browser; it leaves this page in a request's body only.
const token = location.hash.slice(1);

/** Shows one section of the page in place of the others, and tells screen readers by moving to its headline. */
function show(id, { focus = true } = {}) {
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
  const headline = $(id).querySelector("h1");
  document.title = `${headline.textContent} · QR Studio`;
  if (focus) headline.focus();
}

/** Shows what is wrong with a field, or with the whole form. */
function complain(form, field, text) {
  const input = field && form.elements.namedItem(field);
  const place = form.querySelector(input ? `[data-of="${field}"]` : "[data-of='']");
  // The service's texts are English and exact; the page knows those that can come here in its own language.
  const known = [...document.querySelectorAll("#texts > [data-text]")].find((entry) => entry.dataset.text === text);
  place.textContent = known ? known.textContent : text;
  place.hidden = false;
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

function forgive(form) {
  for (const place of form.querySelectorAll("[data-of]")) place.hidden = true;
  for (const input of form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
}

/** Sends a form's fields as JSON; gives the answer's status and body, or none when there is no answer. */
async function send(path, fields) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(fields),
      credentials: "omit",
    });
    return { status: answer.status, ok: answer.ok, body: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, ok: false, body: {} };
  }
}

/** Says why a request failed. True when the link is the reason. */
function explain(form, { status, body }) {
  if (body.token || (status === 400 && typeof body.detail === "string")) return true;
  if (status === 0) complain(form, "", "offline");
  else if (status === 429) complain(form, "", "busy");
  else if (status >= 500) complain(form, "", "failed");
  else {
    const problems = Object.entries(body);
    if (problems.length === 0) complain(form, "", "failed");
    for (const [field, texts] of problems) complain(form, field, [texts].flat()[0]);
  }
  return false;
}

/** Does `work` when the form is submitted, once at a time. */
function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    forgive(form);
    try {
      await work();
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

/** The link was used: it need not stay in the browser's history. */
function forgetLink() {
  history.replaceState(null, "", location.pathname);
}

if ($("confirm")) {
  const form = $("confirm").querySelector("form");
  show(token ? "confirm" : "no-token", { focus: false });
  onSubmit(form, async () => {
    const answer = await send("/api/auth/verify-email/", { token });
    if (answer.ok) {
      forgetLink();
      show("confirmed");
    } else if (explain(form, answer)) show("spent");
  });
}

if ($("choose")) {
  const form = $("choose").querySelector("form");
  const password = form.elements.namedItem("new_password");
  const noToken = $("ask") ? "ask" : "no-mail";
  show(token ? "choose" : noToken, { focus: false });
  form.elements.namedItem("show").addEventListener("change", (event) => {
    password.type = event.target.checked ? "text" : "password";
  });
  onSubmit(form, async () => {
    // Characters as the service counts them: composed, and emoji as one.
    const length = [...password.value.normalize("NFC")].length;
    if (length < 10) return complain(form, "new_password", "Ensure this field has at least 10 characters.");
    const answer = await send("/api/auth/password/reset/confirm/", { token, new_password: password.value });
    if (answer.ok) {
      password.value = "";
      forgetLink();
      show("changed");
    } else if (explain(form, answer)) show("spent");
  });
}

if ($("ask")) {
  const form = $("ask").querySelector("form");
  const email = form.elements.namedItem("email");
  onSubmit(form, async () => {
    if (!email.value.includes("@")) return complain(form, "email", "Enter a valid email address.");
    const answer = await send("/api/auth/password/reset/", { email: email.value });
    if (answer.ok) show("asked");
    else explain(form, answer);
  });
}
