// Makes the page of a form more comfortable; it is complete without.
"use strict";
(() => {
  const form = document.getElementById("form");
  const field = (name) => form.querySelector(`input[type="hidden"][name="${CSS.escape(name)}"]`);

  // The questions behind a branch join the page at once.
  const rest = document.getElementById("rest");
  if (rest) {
    document.getElementById("questions").append(rest.content.cloneNode(true));
    field("live").value = "1";
    if (rest.dataset.last) {
      document.getElementById("go").textContent = form.dataset.send;
      for (const one of form.querySelectorAll('input[type="hidden"][name^="contact_"]')) one.remove();
    }
  } else if (form.querySelector("[data-after]")) {
    field("live").value = "1";
  }

  const answers = (question) =>
    [...form.elements]
      .filter((one) => one.name === `answers.${question}`)
      .filter((one) => !(one.closest("[data-question]") || {}).hidden)
      .filter((one) => one.checked || !["radio", "checkbox"].includes(one.type))
      .map((one) => one.value);
  const branch = () => {
    for (const one of form.querySelectorAll("[data-after]")) {
      const wanted = JSON.parse(one.dataset.in);
      one.hidden = !answers(one.dataset.after).some((value) => wanted.includes(value));
    }
  };

  const count = (area) => {
    const limit = Number(area.dataset.limit), said = document.getElementById(`limit-${area.id.slice(2)}`);
    const left = limit - area.value.trim().length;
    said.textContent = left < 0 ? said.dataset.over.replace("{over}", -left) : said.dataset.left.replace("{left}", left);
    said.classList.toggle("over", left < 0);
  };

  let started = false;
  const begin = () => {
    if (started) return;
    started = true;
    const said = { id: form.dataset.started, stage: "started" };
    for (const name of ["service_id", "channel"]) if (field(name)) said[name] = field(name).value;
    if (field("test")) said.test = true;
    navigator.sendBeacon(form.dataset.events, JSON.stringify(said));
  };

  form.addEventListener("input", (event) => {
    begin();
    if (event.target.dataset.limit) count(event.target);
    branch();
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    document.getElementById("go").setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    sent = false;
    document.getElementById("go").removeAttribute("aria-disabled");
    branch();
  });
  for (const area of form.querySelectorAll("textarea[data-limit]")) if (area.value) count(area);
  branch();
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
})();
