// Keeps the phones live: listens to the simulator's events and takes over what changed from the server's own HTML.
"use strict";

document.documentElement.classList.add("js");

const part = async (path) => {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
};

// Several events in a row ask for the same part only once more.
const waiting = new Map();
const soon = (path, take) => {
  if (waiting.has(path)) return;
  waiting.set(path, setTimeout(async () => {
    waiting.delete(path);
    try { take(await part(path)); } catch { /* the next event, or the reconnection, brings it */ }
  }, 60));
};

let fading = 0;
const say = (words) => {
  const said = document.getElementById("said");
  said.textContent = words;
  clearTimeout(fading);
  fading = setTimeout(() => { said.textContent = ""; }, 12000);
};

// A thread is laid out from its end: there it is scrolled by nothing, further up by less than nothing.
const isAtEnd = (thread) => thread.scrollTop > -80;
const toEnd = (thread) => { thread.scrollTop = 0; };

// Takes over what changed, and leaves the keyboard where it was.
const swap = (old, fresh) => {
  if (old.innerHTML === fresh.innerHTML) return;
  const held = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.innerHTML = fresh.innerHTML;
  if (held) document.getElementById(held)?.focus();
};

// New texts are added and changed ones changed in place, so that a screen reader hears only what is new.
const mergeTexts = (list, fresh) => {
  [...fresh.children].forEach((item, index) => {
    const known = document.getElementById(item.id);
    if (known && known.className === item.className) {
      const mark = known.querySelector(".mark");
      const freshMark = item.querySelector(".mark");
      if (mark && freshMark && mark.innerHTML !== freshMark.innerHTML) mark.innerHTML = freshMark.innerHTML;
      if (list.children[index] !== known) list.insertBefore(known, list.children[index] || null);
    } else {
      known?.remove();
      list.insertBefore(item, list.children[index] || null);
    }
  });
};

// A call's lines are added one by one; its buttons only change when the call has moved on.
const takeCall = (phone, fresh) => {
  const place = phone.querySelector(".phone-call");
  const freshPlace = fresh.querySelector(".phone-call");
  const call = place.querySelector(".call");
  const next = freshPlace.querySelector(".call");
  if (!call || !next || call.dataset.sid !== next.dataset.sid) {
    const held = place.contains(document.activeElement);
    place.innerHTML = freshPlace.innerHTML;
    if (held) phone.querySelector("textarea").focus();
    if (next && next.dataset.state === "rings") say(`${phone.querySelector("h3").textContent}: the phone rings.`);
    return;
  }
  const lines = call.querySelector("ol");
  const freshLines = next.querySelector("ol");
  [...freshLines.children].slice(lines.children.length).forEach((line) => lines.append(line));
  if (call.dataset.state !== next.dataset.state) {
    const held = call.contains(document.activeElement);
    call.dataset.state = next.dataset.state;
    call.className = next.className;
    call.querySelector("h4").textContent = next.querySelector("h4").textContent;
    call.querySelector(".call-controls").innerHTML = next.querySelector(".call-controls").innerHTML;
    if (held) call.querySelector("h4").focus();
  }
  const keys = call.querySelector(".keypad");
  if (keys) keys.className = next.querySelector(".keypad").className;
};

const takePhone = (fresh) => {
  const phone = document.getElementById(fresh.id);
  if (!phone) return addPhone(fresh);
  const thread = phone.querySelector(".thread");
  const stay = isAtEnd(thread);
  const freshThread = fresh.querySelector(".thread");
  if (!freshThread.querySelector(".empty")) thread.querySelector(".empty")?.remove();
  mergeTexts(thread.querySelector("ol"), freshThread.querySelector("ol"));
  swap(phone.querySelector(".phone-notes"), fresh.querySelector(".phone-notes"));
  swap(phone.querySelector(".trouble"), fresh.querySelector(".trouble"));
  takeCall(phone, fresh);
  if (stay) toEnd(thread);
};

const addPhone = (fresh) => {
  const side = document.getElementById(`side-${fresh.dataset.side}`);
  side.hidden = false;
  side.querySelector(".phones").append(fresh);
  prepare(fresh);
};

const takeWhole = (fresh) => swap(document.getElementById(fresh.id), fresh);

const takeClock = (fresh) => {
  document.querySelector(".clock-face").replaceWith(fresh.querySelector(".clock-face"));
  const jump = document.getElementById("clock-to");
  const freshJump = fresh.querySelector("#clock-to");
  jump.min = freshJump.min;
  if (document.activeElement !== jump) jump.value = freshJump.value;
  startClock();
};

// The clock on the page and on the phones runs on between events: the server's time plus what has passed since.
let started = 0;
let base = 0;
const startClock = () => {
  base = Date.parse(document.querySelector(".clock-face time").dateTime);
  started = performance.now();
};
const pad = (number) => String(number).padStart(2, "0");
const tick = () => {
  const shown = document.querySelector(".clock-face time");
  const zone = shown.dateTime.match(/([+-])(\d\d):(\d\d)$/);
  const shift = zone ? (zone[1] === "-" ? -1 : 1) * (zone[2] * 60 + Number(zone[3])) * 60000 : 0;
  const here = new Date(base + (performance.now() - started) + shift);
  const time = `${pad(here.getUTCHours())}:${pad(here.getUTCMinutes())}`;
  const face = shown.querySelector(".clock-time");
  if (face.textContent === time) return;
  face.textContent = time;
  document.querySelectorAll(".phone-time").forEach((small) => { small.textContent = time; });
  soon("/clock", takeClock);
};

const post = async (form, submitter) => {
  const fields = new FormData(form, submitter);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (answer.type !== "opaqueredirect") throw new Error(`refused: ${answer.status}`);
};

const phonePath = (number) => `/phones/${encodeURIComponent(number)}`;

// Every form of the page is sent without leaving it; what came of it is brought by the events.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.classList.contains("live")) return;
  event.preventDefault();
  try {
    await post(form, event.submitter);
    say(form.dataset.done || "");
    if ("resets" in form.dataset) form.reset();
    const phone = form.closest(".phone");
    if (phone) soon(phonePath(phone.dataset.number), takePhone);
  } catch {
    say(form.dataset.sorry || "That did not work.");
  }
});

const fit = (box) => {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 120)}px`;
};

const showChosen = (form) => {
  const names = [...form.querySelector("[type=file]").files].map((file) => file.name);
  const chosen = form.querySelector(".chosen");
  chosen.textContent = names.length ? `With ${names.join(", ")}` : "";
  chosen.hidden = !names.length;
};

const prepare = (phone) => {
  const form = phone.querySelector(".write");
  const box = form.querySelector("textarea");
  const file = form.querySelector("[type=file]");
  box.addEventListener("input", () => fit(box));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  file.addEventListener("change", () => showChosen(form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!box.value && !file.files.length) return;
    try {
      await post(form, event.submitter);
      box.value = "";
      file.value = "";
      showChosen(form);
      fit(box);
      toEnd(phone.querySelector(".thread"));
    } catch {
      say("The text was not sent. The simulator did not take it: pictures must be PNG, JPEG, GIF or WebP, up to 5 MB.");
    }
  });
};

const refresh = () => {
  document.querySelectorAll(".phone").forEach((phone) => soon(phonePath(phone.dataset.number), takePhone));
  soon("/complaints", takeWhole);
  soon("/carrier", takeWhole);
  soon("/clock", takeClock);
};

const listen = () => {
  const events = new EventSource("/_/events");
  const phoneChanged = (event) => {
    soon(phonePath(JSON.parse(event.data).number), takePhone);
    soon("/carrier", takeWhole);
  };
  events.addEventListener("phone", phoneChanged);
  events.addEventListener("call", phoneChanged);
  events.addEventListener("complaint", () => soon("/complaints", takeWhole));
  events.addEventListener("carrier", () => soon("/carrier", takeWhole));
  events.addEventListener("clock", () => soon("/clock", takeClock));
  // After a pause, such as a restart of the simulator, everything may have changed.
  events.addEventListener("listening", refresh);
};

document.querySelectorAll(".phone").forEach(prepare);
startClock();
setInterval(tick, 1000);
listen();
