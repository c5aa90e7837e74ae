// Voice notes, where the browser can record them as the providers send them (Ogg with Opus).
(() => {
  "use strict";
  const KIND = "audio/ogg;codecs=opus";
  const button = document.querySelector("[data-records]");
  if (!button || !navigator.mediaDevices || !window.MediaRecorder?.isTypeSupported(KIND)) return;
  button.hidden = false;
  let recorder = null;

  const send = (pieces) => {
    const note = new File(pieces, "voice-note.ogg", { type: "audio/ogg" });
    const held = new DataTransfer();
    held.items.add(note);
    const chooser = button.form.querySelector("input[type=file]");
    chooser.files = held.files;
    chooser.dispatchEvent(new Event("change", { bubbles: true }));
  };

  button.addEventListener("click", async () => {
    if (recorder) {
      recorder.stop();
      return;
    }
    const heard = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!heard) return;
    const pieces = [];
    recorder = new MediaRecorder(heard, { mimeType: KIND });
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      heard.getTracks().forEach((track) => track.stop());
      recorder = null;
      button.setAttribute("aria-pressed", "false");
      send(pieces);
    });
    recorder.start();
    button.setAttribute("aria-pressed", "true");
  });
})();
