// Counts down to the moment at which one can enter. Without script the page names that moment. It says the time aloud
// rarely, in the last hour only, and can be stopped.
const box = document.querySelector(".countdown");
const words = JSON.parse(box.dataset.words);
// By our clock, whatever the reader's says.
const ahead = Date.parse(box.dataset.now) - Date.now();
const opens = Date.parse(box.dataset.opens);

const seen = document.createElement("p");
seen.setAttribute("role", "timer");
const heard = document.createElement("p");
heard.className = "vh";
heard.setAttribute("aria-live", "polite");
const pause = document.createElement("button");
pause.type = "button";
pause.className = "button quiet slim";
box.append(seen, pause, heard);

function told(seconds) {
  const sizes = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const first = Math.max(0, sizes.findIndex(([, size]) => seconds >= size));
  const parts = sizes.slice(first, first + 2).map(([name, size], place) => {
    const n = Math.floor((place ? seconds % sizes[first][1] : seconds) / size);
    return n || !place ? `${n} ${words[name][n === 1 ? 0 : 1]}` : "";
  });
  return words.left.replace("…", parts.filter(Boolean).join(", "));
}

let said = 0;
function tick() {
  const seconds = Math.max(0, Math.ceil((opens - Date.now() - ahead) / 1000));
  if (!seconds) {
    run(false);
    pause.remove();
    seen.textContent = `${words.open} `;
    const enter = document.createElement("a");
    enter.href = box.dataset.here;
    enter.textContent = words.enter;
    seen.append(enter);
    heard.textContent = words.open;
    return;
  }
  seen.textContent = told(seconds);
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 60 && minutes !== said && (minutes <= 5 || minutes % 10 === 0)) {
    said = minutes;
    heard.textContent = told(minutes * 60);
  }
}

let running = 0;
function run(on) {
  clearInterval(running);
  running = on ? setInterval(tick, 1000) : 0;
  pause.textContent = on ? words.pause : words.go;
}
pause.addEventListener("click", () => {
  run(!running);
  if (running) tick();
});
run(true);
tick();
