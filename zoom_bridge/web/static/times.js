// An event's time on the reader's own clock, said where it differs from the event's. Without script nothing is missing.
const german = document.documentElement.lang === "de";

function told(instant, options, timeZone) {
  return new Intl.DateTimeFormat(german ? "de-DE" : "en-GB", { ...options, timeZone }).format(instant);
}

function clock(instant) {
  const time = told(instant, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return german ? time.replace(/^0/, "").replace(":", ".") : time;
}

function date(instant) {
  return `${told(instant, { weekday: "long" })}, ${told(instant, { day: "numeric", month: "long" })}`;
}

for (const line of document.querySelectorAll("[data-zone]")) {
  const { zone, from, until } = line.dataset;
  const [starts, ends] = [new Date(from), new Date(until)];
  const whole = { dateStyle: "short", timeStyle: "short" };
  if (told(starts, whole, zone) === told(starts, whole)) continue;

  const [first, last] = [date(starts), date(ends)];
  const end = (first === last ? "" : `${last}, `) + clock(ends);
  const span = german ? `${clock(starts)} bis ${end}\u00a0Uhr` : `${clock(starts)}\u2013${end}`;
  const place = Intl.DateTimeFormat().resolvedOptions().timeZone.split("/").pop().replaceAll("_", " ");
  line.querySelector("span").textContent = `(${place}):`;
  line.querySelector("b").textContent = `${first}, ${span}`;
  line.hidden = false;
}
