"use strict";
// Lets the transcript and the figure follow the sound. Without a sound file the page is complete as it stands.
(() => {
  const box = document.querySelector(".player");
  if (!box) return;
  const listen = box.closest(".listen");
  const choose = box.querySelector(".choose");
  const told = box.querySelector(".told");
  const words = [...listen.querySelectorAll("[data-t]")];
  const drawings = [...listen.querySelectorAll("svg[data-from]")];
  const inTime = words.map((word) => ({ word, start: +word.dataset.t, end: +word.dataset.e }));
  inTime.sort((a, b) => a.start - b.start);
  const heads = drawings.map((drawing) => {
    const head = document.createElementNS("http://www.w3.org/2000/svg", "line");
    head.setAttribute("class", "head");
    head.setAttribute("y1", 0);
    head.setAttribute("y2", "100%");
    drawing.append(head);
    return head;
  });
  let player = box.querySelector("audio");
  let ready = false;
  let now = null;
  let stop = null;

  const playFrom = (seconds) => {
    if (!ready) return;
    player.currentTime = Math.min(seconds, player.duration || seconds);
    // Starting may be refused by the browser; the place is set all the same.
    player.play().catch(() => {});
  };

  const wordAt = (seconds) => {
    let low = 0;
    let high = inTime.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inTime[middle].start <= seconds) low = middle + 1;
      else high = middle;
    }
    const found = inTime[low - 1];
    return found && seconds <= found.end + 0.1 ? found.word : null;
  };

  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= box.offsetHeight && bottom <= innerHeight;
  };

  const follow = () => {
    const seconds = player.currentTime;
    const next = wordAt(seconds);
    if (next && next !== now) {
      // Only a reader who is following is taken along.
      if (now && seen(now) && !seen(next)) next.scrollIntoView({ block: "center" });
      if (now) now.removeAttribute("aria-current");
      next.setAttribute("aria-current", "true");
      now = next;
    }
    drawings.forEach((drawing, place) => {
      const from = +drawing.dataset.from;
      const to = +drawing.dataset.to;
      const here = seconds >= from && seconds < to;
      heads[place].classList.toggle("shown", here);
      if (!here) return;
      const x = ((seconds - from) / (to - from)) * drawing.viewBox.baseVal.width;
      heads[place].setAttribute("x1", x);
      heads[place].setAttribute("x2", x);
      const strip = drawing.closest(".strip");
      if (!strip || player.paused) return;
      const at = drawing.getBoundingClientRect().left + x - strip.getBoundingClientRect().left;
      if (at < 0 || at > strip.clientWidth) strip.scrollLeft += at - strip.clientWidth / 4;
    });
  };

  const tick = () => {
    follow();
    if (!player.paused) requestAnimationFrame(tick);
  };

  // One word at a time is a stop for the Tab key; arrow keys go from word to word.
  const enter = (word) => {
    if (stop) stop.tabIndex = -1;
    if (word) word.tabIndex = 0;
    stop = word;
  };

  const open = () => {
    if (!ready) {
      ready = true;
      choose.hidden = true;
      listen.classList.add("ready");
      listen.querySelectorAll(".help").forEach((help) => { help.hidden = false; });
      words.forEach((word) => {
        word.setAttribute("role", "button");
        word.tabIndex = -1;
      });
      enter(words[0]);
    }
    const due = +listen.dataset.duration;
    const differs = Number.isFinite(player.duration) && Math.abs(player.duration - due) > 0.5;
    told.textContent = differs
      ? `This file lasts ${player.duration.toFixed(1)} s, the recording assessed ${due.toFixed(1)} s: it may be another one.`
      : "";
  };

  const fail = () => {
    told.textContent = "The sound file could not be opened.";
    choose.hidden = false;
    player.hidden = true;
  };

  const attach = () => {
    player.addEventListener("loadedmetadata", open);
    player.addEventListener("error", fail);
    player.addEventListener("play", tick);
    player.addEventListener("timeupdate", follow);
    player.addEventListener("seeked", follow);
    if (player.error) fail();
    else if (player.readyState > 0) open();
  };

  choose.querySelector("input").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (!file) return;
    if (!player) {
      player = document.createElement("audio");
      player.controls = true;
      box.prepend(player);
      attach();
    }
    player.hidden = false;
    player.src = URL.createObjectURL(file);
  });

  listen.addEventListener("click", (event) => {
    const word = event.target.closest("[data-t]");
    const drawing = event.target.closest("svg[data-from]");
    if (!ready || !getSelection().isCollapsed) return;
    if (word) {
      enter(word);
      playFrom(+word.dataset.t);
    } else if (drawing) {
      const { left, width } = drawing.getBoundingClientRect();
      const from = +drawing.dataset.from;
      playFrom(from + ((event.clientX - left) / width) * (+drawing.dataset.to - from));
    }
  });

  listen.addEventListener("keydown", (event) => {
    const place = words.indexOf(event.target);
    if (!ready || place < 0) return;
    const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: words.length - 1 };
    if (event.key === "Enter" || event.key === " ") {
      playFrom(+words[place].dataset.t);
    } else if (event.key in steps) {
      const next = words[Math.max(0, Math.min(words.length - 1, steps[event.key]))];
      enter(next);
      next.focus();
    } else return;
    event.preventDefault();
  });

  if (player) attach();
  else choose.hidden = false;
})();
