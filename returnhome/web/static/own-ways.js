// Drawing with a finger and recording in the page. Without it, a photo or a voice note is added.
"use strict";
(() => {
  const AFTER = 2500;
  const part = (box, name) => box.querySelector(`[data-${name}]`);
  const file = (box) => box.querySelector("input[type=file]");
  const tell = (box, word, time) => {
    const line = box.querySelector("[role=status]");
    line.classList.toggle("not", ["large", "notSaved"].includes(word));
    line.textContent = (line.dataset[word] || word).replace("{}", time);
  };

  // It is sent with the form, and before that by itself where the page says to which address.
  const give = (box, blob, name) => {
    const files = new DataTransfer();
    if (blob) files.items.add(new File([blob], name, { type: blob.type }));
    file(box).files = files.files;
  };
  const send = async (box, what, saved) => {
    if (!box.dataset.save) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", file(box).form.elements.csrfmiddlewaretoken.value);
    body.set(...what);
    box.stop && box.stop.abort();
    const stop = (box.stop = new AbortController());
    try {
      const answer = await fetch(box.dataset.save, { method: "POST", body, redirect: "error", signal: stop.signal });
      const told = await answer.json();
      if (!answer.ok) {
        give(box);
        return tell(box, told.problem);
      }
      saved(told);
    } catch {
      if (!stop.signal.aborted) tell(box, "notSaved");
    }
  };
  const keep = (box, made) => {
    const sent = file(box).files[0];
    if (!sent || !box.dataset.save) return;
    if (sent.size > Number(box.dataset.largest)) {
      give(box);
      return tell(box, "large");
    }
    tell(box, "saving");
    send(box, [file(box).name, sent], ({ saved }) => {
      box.saved = true;
      if (file(box).files[0] === sent) give(box);
      tell(box, "saved", saved);
      if (made) show(box, made);
    });
  };
  // What was saved, as it was kept.
  const show = (box, made) => {
    const seen = document.createElement(made);
    seen.className = made === "img" ? "drawn" : "heard";
    seen.src = `${box.dataset.save}?${Date.now()}`;
    if (made === "img") seen.alt = box.dataset.yours;
    else {
      seen.controls = true;
      // The phone is to keep no copy.
      seen.setAttribute("controlslist", "nodownload");
      seen.preload = "none";
      seen.setAttribute("aria-label", box.dataset.yours);
    }
    part(box, "shown").replaceChildren(seen);
    part(box, "kept").hidden = false;
    const listen = part(box, "listen");
    if (!listen) return;
    if (document.activeElement === listen) part(box, "start").focus();
    listen.hidden = true;
  };

  const draw = (box) => {
    const sheet = box.querySelector("canvas");
    const pen = sheet.getContext("2d");
    let last = null, later;
    const wipe = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, sheet.width, sheet.height);
    };
    const clear = () => {
      clearTimeout(later);
      wipe();
      give(box);
      tell(box, "");
      if (box.saved) send(box, ["take", "1"], () => { part(box, "kept").hidden = true; });
      box.saved = false;
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
      clearTimeout(later);
      sheet.setPointerCapture(event.pointerId);
      last = at(event);
      line(last);
    });
    sheet.addEventListener("pointermove", (event) => { if (last) line(at(event)); });
    for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => {
      if (last) sheet.toBlob((blob) => give(box, blob, "drawing.png"), "image/png");
      last = null;
      clearTimeout(later);
      later = setTimeout(() => sheet.isConnected && keep(box), AFTER);
    });
    part(box, "clear").addEventListener("click", clear);
    file(box).addEventListener("change", () => {
      wipe();
      keep(box, "img");
    });
    wipe();
    part(box, "live").hidden = false;
  };

  const record = (box) => {
    file(box).addEventListener("change", () => keep(box, "audio"));
    if (!window.MediaRecorder || !navigator.mediaDevices) return;
    const [start, stop, listen] = ["start", "stop", "listen"].map((each) => part(box, each));
    let recorder, sound, playing;
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
        return tell(box, "blocked");
      }
      const parts = [];
      recorder = new MediaRecorder(heard, { audioBitsPerSecond: 24000 });
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", () => {
        heard.getTracks().forEach((track) => track.stop());
        clearTimeout(recorder.most);
        sound = new Blob(parts, { type: recorder.mimeType.split(";")[0] });
        give(box, sound, "voice." + sound.type.split("/")[1]);
        start.hidden = listen.hidden = false;
        stop.hidden = true;
        tell(box, "ready");
        if (recorder.then) return recorder.then.click();
        listen.focus();
        keep(box, "audio");
      });
      recorder.start();
      recorder.most = setTimeout(() => recorder.stop(), Number(box.dataset.most) * 1000);
      start.hidden = listen.hidden = true;
      stop.hidden = false;
      tell(box, "going");
      stop.focus();
    });
    const end = () => recorder && recorder.state === "recording" && (recorder.stop(), true);
    stop.addEventListener("click", end);
    // Whoever goes on while it is on has said it: it is stopped, and then goes along.
    file(box).form.addEventListener("submit", (event) => {
      if (!end()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      recorder.then = event.submitter || file(box).form.querySelector("button");
    });
    // Played from memory: nothing is fetched, and the policy need not be opened for it.
    listen.addEventListener("click", async () => {
      quiet();
      playing = new AudioContext();
      const source = playing.createBufferSource();
      source.buffer = await playing.decodeAudioData(await sound.arrayBuffer());
      source.connect(playing.destination);
      source.start();
    });
    part(box, "live").hidden = false;
  };

  const begin = () => {
    for (const [name, make] of [["draw", draw], ["record", record]])
      for (const box of document.querySelectorAll(`[data-${name}]`)) {
        if (box.dataset.begun) continue;
        box.dataset.begun = "1";
        // What is chosen is added at once.
        if (box.dataset.save) part(box, "add").hidden = true;
        make(box);
      }
  };
  document.addEventListener("page", begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
