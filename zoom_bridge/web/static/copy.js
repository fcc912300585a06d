// Buttons that copy an address: <button data-copy="id of its element" data-done="Copied" hidden>. Without script they stay
// hidden, and the address is there to be marked and copied by hand.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  if (!text) continue;
  const words = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = words), 4000);
    } catch {
      getSelection().selectAllChildren(text); // no permission: marked, to be copied by hand
    }
  });
}
