// Small comforts; the page works without them.
(() => {
  "use strict";
  const notice = document.getElementById("notice");
  const open = new Set();

  // What a person opened stays open, what they closed stays closed, when a part is drawn anew.
  const remember = (part) => {
    part.querySelectorAll("details[id]").forEach((one) => {
      if (one.open) open.add(one.id); else open.delete(one.id);
    });
  };
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const before = event.detail.target;
    const known = new Set([...before.querySelectorAll("details[id]")].map((one) => one.id));
    remember(before);
    event.detail.fragment.querySelectorAll("details[id]").forEach((one) => {
      if (known.has(one.id)) one.open = open.has(one.id);
    });
  });

  // A message box empties as its words leave; they come back if they could not be taken.
  const boxes = (form) => form.querySelectorAll?.("[data-clears]") ?? [];
  document.body.addEventListener("htmx:beforeSend", (event) => {
    notice.hidden = true;
    if (!event.target.matches("form")) return;
    boxes(event.target).forEach((box) => { box.dataset.sent = box.value; box.value = ""; });
  });
  const failed = (words) => (event) => {
    if (event.target.id === "poll") return;
    boxes(event.target).forEach((box) => { if (!box.value) box.value = box.dataset.sent ?? ""; });
    notice.textContent = words(event.detail.xhr);
    notice.hidden = false;
  };
  const told = (xhr) => {
    try {
      const problem = JSON.parse(xhr.responseText);
      return problem.detail || problem.title;
    } catch {
      return "That did not work. Load the page again.";
    }
  };
  document.body.addEventListener("htmx:responseError", failed(told));
  document.body.addEventListener("htmx:sendError", failed(() => "Frontdesk does not answer: is it still running?"));

  // Enter sends, Shift+Enter begins a new line.
  document.body.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !box.matches("[data-sends]")) return;
    event.preventDefault();
    if (box.value.trim()) box.form.requestSubmit();
  });

  // The list of customers closes on Escape and on a click beside it.
  const who = document.querySelector(".who");
  document.addEventListener("click", (event) => { if (who && !who.contains(event.target)) who.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && who?.open) { who.open = false; who.querySelector("summary").focus(); }
  });
})();
