// Keeps what is typed into the event's form a few seconds after a change, so that a closed window or an expired session
// loses nothing. Without script the form is as it is.
const form = document.querySelector("form[data-autosave]");
const AFTER = 4000, AGAIN = 20000;
let timer, sending;

// The same words stand at the beginning of the form and at its end.
function say(state, words) {
  for (const line of form.querySelectorAll("[data-kept]")) {
    line.hidden = line.dataset.kept !== state;
    if (words && !line.hidden) line.textContent = words;
  }
}

function later(wait) {
  timer ??= setTimeout(keep, wait);
}

async function keep() {
  timer = undefined;
  const typed = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
  sending = new AbortController();
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: typed, redirect: "manual", signal: sending.signal });
    if (answer.ok) say("yes", await answer.text());
    else if (answer.type === "opaqueredirect" || answer.status === 403) say("signed-out");
    else throw new Error(answer.status);
  } catch (error) {
    if (error.name === "AbortError") return;
    say("no");
    later(AGAIN);
  }
}

form.addEventListener("input", () => later(AFTER));
form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return;
  clearTimeout(timer);
  sending?.abort();
});
