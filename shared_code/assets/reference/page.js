"use strict";

const EARLY = 60; // seconds before its end a token is exchanged
const $ = (id) => document.getElementById(id);
const session = { refreshToken: null, timer: null }; // nowhere but here

const ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  defaultModelRendering: "example",
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  withCredentials: false,
});

async function call(path, body, token) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!said.success) throw new Error(said.error.message);
  return said.data;
}

// Which fields are asked for, one after the other.
function credentials() {
  const who = $("who").value.trim();
  const secret = $("secret").value.trim();
  if (!who.includes("@")) return secret ? { phone: who, otp: secret } : { phone: who };
  return $("totp").value ? { email: who, password: $("secret").value, totp: $("totp").value.trim() } : { email: who, password: $("secret").value };
}

function ask(id, words, type) {
  const label = document.querySelector(`label[for="${id}"]`);
  label.textContent = words;
  label.hidden = $(id).hidden = false;
  $(id).type = type;
  $(id).required = true;
  $(id).focus();
}

async function goOn() {
  const byMail = $("who").value.includes("@");
  if (byMail && $("secret").hidden) return ask("secret", "Password", "password");
  const data = await call("auth/login", credentials());
  if (data.mfaRequired) return ask("totp", "Second factor", "text");
  if (data.otpSent) return ask("secret", "The code that was sent", "text");
  enter(data);
}

function enter(data) {
  keep(data);
  $("person").textContent = `${data.user.name ?? data.user.phone}, ${data.role}`;
  $("enter").hidden = true;
  $("signed-in").hidden = false;
}

function keep(data) {
  session.refreshToken = data.refreshToken;
  session.accessToken = data.accessToken;
  clearTimeout(session.timer);
  session.timer = setTimeout(refresh, Math.max(1, data.expiresIn - EARLY) * 1000);
  ui.preauthorizeApiKey("bearer", data.accessToken);
}

async function refresh() {
  try {
    keep(await call("auth/refresh", { refreshToken: session.refreshToken }));
  } catch (error) {
    leave();
    $("said").textContent = error.message;
  }
}

function leave() {
  clearTimeout(session.timer);
  call("auth/logout", {}, session.accessToken).catch(() => {});
  session.refreshToken = session.accessToken = null;
  ui.authActions.logout(["bearer"]);
  $("enter").reset();
  for (const id of ["secret", "totp"]) document.querySelector(`label[for="${id}"]`).hidden = $(id).hidden = !($(id).required = false);
  $("enter").hidden = false;
  $("signed-in").hidden = true;
}

$("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("said").textContent = "";
  try {
    await goOn();
  } catch (error) {
    $("said").textContent = error.message;
  }
});
$("leave").addEventListener("click", leave);
