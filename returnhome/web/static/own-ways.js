// Drawing with a finger and recording in the page. Without it, a photo or a voice note is added.
"use strict";
(() => {
  const give = (input, blob, name) => {
    const files = new DataTransfer();
    if (blob) files.items.add(new File([blob], name, { type: blob.type }));
    input.files = files.files;
  };

  const draw = (box) => {
    const sheet = box.querySelector("canvas"), input = box.querySelector("input[type=file]");
    const pen = sheet.getContext("2d");
    let last = null;
    const clear = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, sheet.width, sheet.height);
      give(input);
    };
    const at = (event) => {
      const edge = sheet.getBoundingClientRect();
      return [((event.clientX - edge.left) * sheet.width) / edge.width, ((event.clientY - edge.top) * sheet.height) / edge.height];
    };
    const line = (to) => {
      pen.strokeStyle = (box.querySelector("[data-colour]:checked") || {}).value || "#111";
      pen.lineWidth = 8;
      pen.lineCap = pen.lineJoin = "round";
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...to);
      pen.stroke();
      last = to;
    };
    sheet.addEventListener("pointerdown", (event) => {
      sheet.setPointerCapture(event.pointerId);
      last = at(event);
      line(last);
    });
    sheet.addEventListener("pointermove", (event) => { if (last) line(at(event)); });
    for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => {
      if (last) sheet.toBlob((blob) => give(input, blob, "drawing.png"), "image/png");
      last = null;
    });
    box.querySelector("[data-clear]").addEventListener("click", clear);
    clear();
    box.querySelector("[data-live]").hidden = false;
  };

  const record = (box) => {
    if (!window.MediaRecorder || !navigator.mediaDevices) return;
    const input = box.querySelector("input[type=file]"), line = box.querySelector("[role=status]");
    const [start, stop, listen] = ["start", "stop", "listen"].map((each) => box.querySelector(`[data-${each}]`));
    let recorder, sound, playing;
    const tell = (word) => { line.textContent = line.dataset[word]; };
    const quiet = () => {
      if (playing) playing.close();
      playing = null;
    };
    start.addEventListener("click", async () => {
      quiet();
      let heard;
      try {
        heard = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        return tell("blocked");
      }
      const parts = [];
      recorder = new MediaRecorder(heard, { audioBitsPerSecond: 24000 });
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", () => {
        heard.getTracks().forEach((track) => track.stop());
        clearTimeout(recorder.most);
        sound = new Blob(parts, { type: recorder.mimeType.split(";")[0] });
        give(input, sound, "voice." + sound.type.split("/")[1]);
        start.hidden = listen.hidden = false;
        stop.hidden = true;
        tell("ready");
        listen.focus();
      });
      recorder.start();
      recorder.most = setTimeout(() => recorder.stop(), Number(box.dataset.most) * 1000);
      start.hidden = listen.hidden = true;
      stop.hidden = false;
      tell("going");
      stop.focus();
    });
    stop.addEventListener("click", () => recorder.state === "recording" && recorder.stop());
    // Played from memory: nothing is fetched, and the policy need not be opened for it.
    listen.addEventListener("click", async () => {
      quiet();
      playing = new AudioContext();
      const source = playing.createBufferSource();
      source.buffer = await playing.decodeAudioData(await sound.arrayBuffer());
      source.connect(playing.destination);
      source.start();
    });
    box.querySelector("[data-live]").hidden = false;
  };

  const begin = () => {
    for (const [name, make] of [["draw", draw], ["record", record]])
      for (const box of document.querySelectorAll(`[data-${name}]`)) {
        if (box.dataset.begun) continue;
        box.dataset.begun = "1";
        make(box);
      }
  };
  document.addEventListener("page", begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
