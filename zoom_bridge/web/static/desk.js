// Keeps the numbers of the desk up to date: asks every few seconds, rests while nobody looks, and says so when the
// connection is lost. Without script the page is loaded again by hand.
"use strict";
(() => {
  const EVERY = 2500, MINUTE = 60000;
  const desk = document.querySelector("[data-live]");
  if (!desk) return;
  const find = (id) => document.getElementById(id);
  const pause = find("pause"), lost = find("lost"), told = find("told");
  const shown = {};
  let tag = "", paused = false, timer = 0, toldAt = Date.now(), words = "";

  function show({ parts, told: news }) {
    for (const [id, markup] of Object.entries(parts)) {
      const part = find(id);
      if (!part || shown[id] === markup) continue;
      if (part.contains(document.activeElement)) {
        tag = ""; // somebody is about to press a button there: next time
        continue;
      }
      part.innerHTML = shown[id] = markup;
    }
    words = news;
  }

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(desk.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(answer.status);
        tag = answer.headers.get("ETag");
        show(await answer.json());
      }
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
    if (words && words !== told.textContent && Date.now() - toldAt > MINUTE) {
      told.textContent = words;
      toldAt = Date.now();
    }
    goOn();
  }

  function goOn() {
    clearTimeout(timer);
    if (!paused && !document.hidden) timer = setTimeout(ask, EVERY);
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    [pause.textContent, pause.dataset.other] = [pause.dataset.other, pause.textContent];
    if (!paused) ask();
    else goOn();
  });
  document.addEventListener("visibilitychange", () => (document.hidden || paused ? goOn() : ask()));
  find("renewing").hidden = pause.hidden = false;
  goOn();
})();
