// A form as a person fills it: pages, errors, draft, sending, and what became of it.

import type { Definition } from "./definition.js";
import { draftPlace } from "./drafts.js";
import { make, newElementId } from "./elements.js";
import { aboutOf, note } from "./funnel.js";
import { send, watch, type Fate } from "./outbox.js";
import { failedNotice, refusedNotice, thanks } from "./outcome.js";
import { pagesOf, type Fault } from "./pages.js";
import { looksPersonal } from "./personal.js";
import { emit, settingAt, speak, type Place } from "./place.js";
import { now } from "./platform.js";
import { rememberAsked } from "./frequency.js";
import { summaryOf } from "./summary.js";

export interface FormView {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  /** Call when the form is first seen. */
  readonly seen: () => void;
}

/** Build the form; `key` tells it apart from others of the page, `close` is there where it can be closed. */
export const formView = (form: Definition, place: Place, key: string, close?: () => void): FormView => {
  const setting = settingAt(place, form);
  const { words, say, language } = setting;
  const pages = pagesOf(form, setting, place);
  const kept = draftPlace(form, key);
  let draft = kept.read();
  let page = 0;
  let reachedPages: readonly number[] = [];
  let sending = false;
  let warned = false;
  let shownAt = now();

  const level = Number(place.option("heading")) === 3 ? "h3" : "h2";
  const heading = make(level, { id: newElementId(), class: "title", tabindex: -1 }, say(form.title));
  const introduction = form.introduction && make("p", { class: "introduction" }, say(form.introduction));
  const step = make("p", { class: "step", tabindex: -1, hidden: true });
  const summary = summaryOf(words);
  const notice = make("div", { class: "notice", role: "alert", hidden: true });
  const status = make("p", { class: "unseen", role: "status" });
  const back = make("button", { type: "button", class: "second", hidden: true }, words("back"));
  const submit = make("button", { type: "submit", class: "first" });
  const buttons = make("div", { class: "buttons" }, submit, back);
  const body = make("form", { novalidate: true, autocomplete: "off", "aria-labelledby": heading.id });
  body.append(...pages.elements, notice, buttons);
  const element = make("div", { class: "box" }, heading, introduction, summary.element, step, body, status);
  speak(element, language);

  const isLast = () => page === (reachedPages[reachedPages.length - 1] ?? page);

  const render = () => {
    reachedPages = pages.update();
    if (!reachedPages.includes(page)) page = reachedPages[0] ?? 1;
    pages.show(page);
    const at = reachedPages.indexOf(page);
    back.hidden = at < 1;
    submit.textContent = words(sending ? "sending" : !isLast() ? "next" : warned ? "send_anyway" : "send");
    step.hidden = reachedPages.length < 2;
    const title = say(form.page_titles?.[page - 1]);
    step.textContent = words("step", { n: at + 1, of: reachedPages.length }) + (title && `: ${title}`);
  };

  const turnTo = (next: number) => {
    page = next;
    render();
    step.focus();
  };

  const go = ({ field }: Fault) => {
    if (pages.pageOf(field) !== page) {
      page = pages.pageOf(field);
      render();
    }
    field.control?.target().focus();
  };

  const complain = (faults: readonly Fault[]) => {
    const wrong = new Map(faults.map(({ field, message }) => [field, message]));
    for (const one of pages.fields) one.fail(wrong.get(one));
    const [first] = faults;
    if (first && pages.pageOf(first.field) !== page) {
      page = pages.pageOf(first.field);
      render();
    }
    summary.show(faults, go);
    return faults.length > 0;
  };

  const save = () => {
    const answers: Record<string, NonNullable<unknown>> = {};
    for (const { question, control } of pages.fields) {
      const given = control?.value();
      if (given !== undefined) answers[question.id] = given;
    }
    draft = { ...draft, answers: answers as typeof draft.answers };
    kept.write(draft);
  };

  const mentionsPerson = () =>
    [...pages.answers()].some(([id, given]) => {
      const type = form.questions.find((question) => question.id === id)?.type;
      return (type === "short_text" || type === "long_text") && looksPersonal(String(given ?? ""));
    });

  const letter = () => ({
    id: draft.id,
    url: `${place.base}/v1/forms/${encodeURIComponent(place.form)}/responses`,
    body: {
      id: draft.id,
      form_version: form.version,
      occurred_at: new Date(now()).toISOString(),
      language,
      page: location.origin + location.pathname,
      ...aboutOf(place),
      ...(place.option("touchpoint") ? { touchpoint: place.option("touchpoint") } : {}),
      answers: Object.fromEntries([...pages.answers()].filter(([, given]) => given !== undefined)),
    },
  });

  const tellNotice = (content: readonly Node[]) => {
    notice.hidden = !content.length;
    notice.replaceChildren(...content);
  };

  const settled = (fate: Fate) => {
    sending = false;
    status.textContent = "";
    if (fate.kind === "taken") {
      kept.wipe();
      rememberAsked();
      element.replaceChildren(...thanks(form, setting, fate.receipt, heading, close));
      heading.focus();
      emit(place, "submitted", { id: draft.id });
      return;
    }
    render();
    emit(place, "failed", { id: draft.id, reason: fate.kind });
    if (fate.kind === "waiting") tellNotice(failedNotice(words, () => deliver()));
    else if (!complain(refusedFields(fate.problem))) tellNotice(refusedNotice(words, fate.problem));
  };

  const refusedFields = (problem: unknown): Fault[] => {
    const errors = (problem as { errors?: unknown } | undefined)?.errors;
    const named = (Array.isArray(errors) ? errors : []).map((one: { field?: unknown }) => String(one.field));
    return pages.fields
      .filter(({ question }) => named.includes(`answers.${question.id}`))
      .map((field) => ({ field, message: words("error_answer") }));
  };

  const deliver = () => {
    if (sending) return;
    sending = true;
    tellNotice([]);
    render();
    status.textContent = words("sending");
    send(letter(), settled);
  };

  body.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (sending || complain(pages.faults(page))) return;
    const next = reachedPages[reachedPages.indexOf(page) + 1];
    if (next !== undefined) return turnTo(next);
    if (complain(pages.faults())) return;
    if (mentionsPerson() && !warned) {
      warned = true;
      status.textContent = words("personal_hint");
      return render();
    }
    deliver();
  });
  back.addEventListener("click", () => {
    const before = reachedPages[reachedPages.indexOf(page) - 1];
    if (before !== undefined) turnTo(before);
  });
  body.addEventListener("input", () => {
    note(place, key, "started");
    warned = false;
    render();
    save();
  });

  for (const { question, control } of pages.fields) control?.restore(draft.answers[question.id]);
  render();
  watch(draft.id, settled);
  const seen = () => {
    shownAt = now();
    note(place, key, "shown");
    emit(place, "shown");
  };
  void shownAt;
  return { element, heading, seen };
};
