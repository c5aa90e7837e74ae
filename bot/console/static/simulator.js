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
  const kept = (part) => part.querySelector("[data-keep]")?.dataset.keep;
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const before = event.detail.target;
    // What is the same stays, with the cursor in it; a form stays with what is typed in it.
    const key = kept(before);
    if (key ? key === kept(event.detail.fragment) : before.innerHTML === event.detail.fragment.innerHTML) {
      event.detail.shouldSwap = false;
      return;
    }
    const known = new Set([...before.querySelectorAll("details[id]")].map((one) => one.id));
    remember(before);
    event.detail.fragment.querySelectorAll("details[id]").forEach((one) => {
      if (known.has(one.id)) one.open = open.has(one.id);
    });
  });

  // An answer to what somebody did is newer than a look that is still under way: that one would
  // draw the past over it, and nobody would look again.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const poll = event.detail.target;
    if (poll?.id !== "poll" || event.detail.requestConfig.elt === poll) return;
    poll.addEventListener("htmx:beforeOnLoad", (late) => late.preventDefault());
  });

  // A message box empties as its words leave; they come back if they could not be taken.
  const boxes = (form) => form.querySelectorAll?.("[data-clears]") ?? [];
  document.body.addEventListener("htmx:beforeSend", (event) => {
    notice.hidden = true;
    if (!event.target.matches("form")) return;
    const menu = event.target.closest(".acts");
    if (menu) menu.open = false;
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
    const files = box.form.querySelector("input[type=file]")?.files.length;
    if (box.value.trim() || files) box.form.requestSubmit();
  });

  // A file goes once; the chooser is empty again when it was taken.
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !event.target.matches("form")) return;
    event.target.querySelectorAll("input[type=file]").forEach((chooser) => {
      chooser.value = "";
      named(chooser);
    });
  });

  // The names of the files that go along.
  const named = (chooser) => {
    const place = document.getElementById(chooser.dataset.names ?? "");
    if (!place) return;
    place.textContent = [...chooser.files].map((file) => file.name).join(", ");
    place.hidden = !chooser.files.length;
  };
  document.body.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) named(event.target);
  });

  // When a window of Slack closes, the cursor goes back to the button that opened it.
  // The message may have been drawn anew meanwhile, without it: then to where the message stands.
  let [pressed, line] = ["", ""];
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches(".bk")) return;
    [pressed, line] = [document.activeElement.id, event.target.closest("article")?.id];
  });
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const window = event.detail.target;
    if (window.id !== "slack-window") return;
    const isOpen = window.childElementCount > 0;
    window.parentElement.querySelectorAll(":scope > :not(#slack-window)").forEach((one) => { one.inert = isOpen; });
    if (isOpen || !pressed) return;
    const place = document.getElementById(pressed) ?? document.getElementById(line)?.closest(".scroll");
    place?.focus({ preventScroll: true });
  });

  // The lists of people close on Escape and on a click beside them; Escape closes a window of Slack.
  const lists = [...document.querySelectorAll(".who")];
  document.addEventListener("click", (event) => {
    lists.forEach((one) => { if (!one.contains(event.target)) one.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const list = lists.find((one) => one.open);
    if (list) {
      list.open = false;
      list.querySelector("summary").focus();
    } else if (!document.querySelector(":popover-open")) {
      document.querySelector("[data-shuts]")?.click();
    }
  });
})();
