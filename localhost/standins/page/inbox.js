"use strict";

const EVERY = 1500; // milliseconds
const SHOWN = 100; // messages
const MODES = new Map([
  ["500", "500"], ["503", "503, retry later"], ["429", "429, too many"], ["timeout", "no answer"], ["drip", "one byte a second"],
  ["halfopen", "half an answer"], ["reset", "connection reset"], ["error200", "error in a 200"], ["garbage", "garbage"], ["empty", "empty body"],
]);

const $ = (id) => document.getElementById(id);
let drawn = null; // which messages are on the page

async function refresh() {
  try {
    const search = $("search").value.trim();
    const [inbox, faults] = await Promise.all([
      fetchJson(`/dev/inbox.json?${new URLSearchParams({ search, limit: SHOWN })}`),
      fetchJson("/dev/faults"),
    ]);
    drawMessages(inbox.items, search);
    drawFaults(faults);
    live("live", "on");
  } catch {
    live("stopped", "lost");
  }
}

async function fetchJson(address, options) {
  const answer = await fetch(address, options);
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function live(words, state) {
  if ($("live").textContent !== words) $("live").textContent = words;
  $("live").className = `live ${state}`;
}

function drawMessages(items, search) {
  const now = JSON.stringify([search, items.map((item) => item.id)]);
  document.querySelectorAll("time").forEach((time) => { time.textContent = age(time.dateTime); });
  if (now === drawn) return;
  drawn = now;
  const known = new Map([...$("messages").children].map((card) => [card.dataset.id, card]));
  const wanted = new Set(items.map((item) => item.id));
  known.forEach((card, id) => { if (!wanted.has(id)) card.remove(); });
  // Cards that stay are left in their place, so that an open mail is not loaded again.
  [...items].reverse().forEach((item) => { if (!known.has(item.id)) place(item); });
  $("count").textContent = items.length >= SHOWN ? `The newest ${SHOWN} messages` : plural(items.length, "message");
  drawEmpty(items.length === 0, search);
}

function place(item) {
  const next = [...$("messages").children].find((card) => Number(card.dataset.id) < Number(item.id));
  $("messages").insertBefore(card(item), next ?? null);
}

function drawEmpty(empty, search) {
  $("empty").hidden = !empty;
  $("count").hidden = empty;
  $("empty-title").textContent = search ? `Nothing for “${search}”` : "Nothing sent yet";
  $("empty-text").textContent = search
    ? "No message went to a phone or address like this."
    : "Ask for a sign-in code or a password reset, and the message appears here by itself.";
}

function card(item) {
  const li = $("message").content.cloneNode(true).firstElementChild;
  const part = (name) => li.querySelector(name);
  li.dataset.id = item.id;
  li.classList.add(item.channel);
  part(".channel").textContent = item.channel === "sms" ? "SMS" : "E-mail";
  part(".to").textContent = item.to;
  part("time").dateTime = item.at;
  part("time").title = new Date(item.at).toLocaleString();
  part("time").textContent = age(item.at);
  part(".subject").textContent = item.subject ?? "";
  part(".subject").hidden = !item.subject;
  part(".text").textContent = item.text;
  part(".code").hidden = !item.code;
  part(".digits").textContent = item.code ?? "";
  part(".code").addEventListener("click", () => copy(part(".code"), item.code));
  linkOf(part, item.channel === "email" && item.text.match(/https?:\/\/\S+/)?.[0]);
  part("details").hidden = !item.html;
  part("details").addEventListener("toggle", () => { part("iframe").srcdoc ||= item.html.replace("<head>", '<head><base target="_blank">'); });
  return li;
}

function linkOf(part, link) {
  part(".open").hidden = part(".copy-link").hidden = !link;
  if (!link) return;
  part(".open").href = link;
  part(".copy-link").addEventListener("click", () => copy(part(".copy-link"), link));
}

async function copy(button, words) {
  await navigator.clipboard.writeText(words);
  const verb = button.querySelector(".verb");
  const before = verb.dataset.before ??= verb.textContent;
  verb.textContent = $("said").textContent = "Copied";
  setTimeout(() => { verb.textContent = before; $("said").textContent = ""; }, 1400);
}

function age(at) {
  const seconds = Math.max(0, (Date.now() - Date.parse(at)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

function plural(count, word) { return `${count} ${word}${count === 1 ? "" : "s"}`; }

function drawFaults(faults) {
  for (const [provider, { mode, count }] of Object.entries(faults)) {
    const form = document.querySelector(`[data-provider="${provider}"]`) ?? addFault(provider);
    const failing = mode !== "off";
    form.classList.toggle("failing", failing);
    form.querySelector(".state").textContent = failing ? `${MODES.get(mode)}${count ? ` (${count} left)` : ""}` : "works";
    form.querySelector(".off").disabled = !failing;
  }
}

function addFault(provider) {
  $("faults").append($("fault").content.cloneNode(true));
  const form = $("faults").lastElementChild;
  form.dataset.provider = provider;
  form.querySelector(".provider").textContent = { msg91: "MSG91", sendgrid: "SendGrid" }[provider];
  form.elements.mode.append(...[...MODES].map(([mode, words]) => new Option(words, mode)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    setFault(provider, form.elements.mode.value, Number(form.elements.count.value) || null);
  });
  form.querySelector(".off").addEventListener("click", () => setFault(provider, "off", null));
  return form;
}

async function setFault(provider, mode, count) {
  drawFaults(await fetchJson("/dev/faults", { method: "POST", body: JSON.stringify({ provider, mode, count }) }));
}

$("search").addEventListener("input", refresh);
document.addEventListener("visibilitychange", refresh);
setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
refresh();
