// A form as a person fills it: pages, errors, draft, sending, and what became of it.

import { letterOf, trapField } from "./submission.js";
import { CONTACT } from "./contact.js";
import { directionOf, type Definition, type Given } from "./definition.js";
import { draftPlace } from "./drafts.js";
import { make, newElementId } from "./dom.js";
import { rememberAsked } from "./askFrequency.js";
import { note } from "./funnel.js";
import { send, watch, type Fate } from "./retryQueue.js";
import { closedNotice, failedNotice, refusedNotice, thanks } from "./notices.js";
import { pagesOf, type Fault } from "./pages.js";
import { emit, settingAt, speak, type Place } from "./mountPoint.js";
import { summaryOf } from "./errorSummary.js";

export interface FormView {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  /** Call when the form is first seen. */
  readonly seen: () => void;
}

/** Build the form; `key` tells it apart from others of the page, `close` is there where it can be closed. */
export const formView = (form: Definition, place: Place, key: string, close?: () => void): FormView => {
  const setting = settingAt(place, form);
  const { words, say, part, language } = setting;
  const level = place.option("heading") === "3" ? "h3" : "h2";
  const heading = make(level, { id: newElementId(), class: "title", tabindex: -1 }, say(form.title));
  const element = make("div", { class: "box" }, heading);
  speak(element, language, directionOf(form, language));
  const seen = () => {
    note(place, key, "shown");
    emit(place, "shown");
  };
  if (form.state && form.state !== "open") {
    element.append(...closedNotice(form, setting, close).nodes);
    return { element, heading, seen: () => emit(place, "shown") };
  }

  const pages = pagesOf(form, setting, place);
  const kept = draftPlace(form, key);
  let draft = kept.read();
  let page = 0;
  let reached: readonly number[] = [];
  let sending = false;
  let warned = false;

  const introduction = say(form.introduction);
  const step = make("p", { class: "step", tabindex: -1, hidden: true });
  const summary = summaryOf(words);
  const notice = make("div", { class: "notice", role: "alert", hidden: true });
  const status = make("p", { class: "unseen", role: "status" });
  const back = make("button", { type: "button", class: "second" }, words("back"));
  const submit = make("button", { type: "button", class: "first" });
  const buttons = make("div", { class: "buttons" }, submit, back);
  const body = make("form", { novalidate: true, autocomplete: "off" });
  const trap = trapField();
  body.append(...pages.elements, trap.element, notice, buttons);
  const above = introduction && make("p", { class: "introduction" }, part(form.introduction));
  element.append(...[above, summary.element, step, body, status].filter(Boolean));

  const render = () => {
    reached = pages.update();
    if (!reached.includes(page)) page = reached[0] ?? 1;
    pages.show(page);
    const at = reached.indexOf(page);
    back.hidden = at < 1;
    submit.textContent = words(sending ? "sending" : at < reached.length - 1 ? "continue" : "send");
    const title = say(form.page_titles?.[page]);
    const counted = reached.length > 1 ? words("page_of", { page: at + 1, pages: reached.length }) : "";
    step.textContent = [counted, title].filter(Boolean).join(": ");
    step.hidden = !step.textContent;
  };

  const turnTo = (next: number) => {
    page = next;
    render();
    step.focus();
    element.scrollIntoView({ block: "nearest" });
  };

  const go = ({ field }: Fault) => {
    page = pages.pageOf(field);
    render();
    field.control?.target().focus();
  };

  const complain = (faults: readonly Fault[]): boolean => {
    const wrong = new Map(faults.map(({ field, message }) => [field, message]));
    for (const one of pages.fields) one.fail(wrong.get(one));
    if (faults[0]) page = pages.pageOf(faults[0].field);
    render();
    summary.show(faults, go);
    return faults.length > 0;
  };

  const save = () => {
    const given = pages.fields.map(({ question, control }) => [question.id, control?.value()] as const);
    const answers: Record<string, Given | undefined> = Object.fromEntries(given.filter(([id]) => id !== CONTACT));
    draft = { ...draft, answers };
    kept.write(draft);
  };

  const tell = (...content: readonly Node[]) => {
    notice.hidden = !content.length;
    notice.replaceChildren(...content);
    if (content.length) notice.scrollIntoView({ block: "nearest" });
  };

  const refusedFields = (problem: unknown): Fault[] => {
    const errors = (problem as { errors?: unknown } | undefined)?.errors;
    const named = (Array.isArray(errors) ? errors : []).map((one: { field?: unknown }) => String(one.field));
    const isNamed = (id: string) => named.includes(id === CONTACT ? "contact_address" : `answers.${id}`);
    return pages.fields
      .filter(({ question }) => isNamed(question.id))
      .map((field) => ({ field, message: words("invalid") }));
  };

  const settled = (fate: Fate) => {
    sending = false;
    status.textContent = "";
    if (fate.kind === "taken") {
      kept.wipe();
      rememberAsked();
      const outcome = thanks(form, setting, fate.receipt, close);
      element.replaceChildren(heading, ...outcome.nodes);
      outcome.target.focus();
      emit(place, "submitted", { id: draft.id });
      return;
    }
    render();
    emit(place, "failed", { id: draft.id, reason: fate.kind });
    if (fate.kind === "waiting") tell(...failedNotice(setting, deliver));
    else if (!complain(refusedFields(fate.problem))) tell(...refusedNotice(setting, fate.problem));
  };

  const deliver = () => {
    if (sending) return;
    sending = true;
    tell();
    render();
    status.textContent = words("sending");
    const conduct = { website: trap.input.value, began: draft.began };
    send(letterOf(draft.id, conduct, form, place, language, pages.answers()), settled);
  };

  const personal = () => {
    const asked = pages.answers();
    return pages.fields.find(({ question, control }) => asked.has(question.id) && control?.personal?.());
  };

  const proceed = () => {
    if (sending || complain(pages.faults(page))) return;
    const next = reached[reached.indexOf(page) + 1];
    if (next !== undefined) return turnTo(next);
    if (complain(pages.faults())) return;
    const field = personal();
    if (!field || warned) return deliver();
    warned = true;
    go({ field, message: "" });
    status.textContent = words("looks_private");
  };

  // No event of submission: frames that may not submit forms have none, and pages listen to it.
  body.addEventListener("submit", (event) => event.preventDefault());
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    proceed();
  });
  submit.addEventListener("click", proceed);
  back.addEventListener("click", () => {
    const before = reached[reached.indexOf(page) - 1];
    if (before !== undefined) turnTo(before);
  });
  body.addEventListener("input", () => {
    note(place, key, "started");
    render();
    save();
  });

  for (const { question, control } of pages.fields) control?.restore(draft.answers[question.id]);
  render();
  watch(draft.id, settled);
  return { element, heading, seen };
};
