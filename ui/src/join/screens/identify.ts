// Name and date of birth.

import { type DateField, fieldOrder, isoDate, splitDate } from "../birth-date";
import { button, el, on, setAttribute, setText, show } from "../dom";
import { icon } from "../icons";
import type { Page } from "../page";
import { type Screen, heading } from "./screen";

const LENGTH: Record<DateField, number> = { day: 2, month: 12, year: 4 };

/** "You will see …": the first thing a person wants to know. */
export function whoLine(page: Page): string {
  const clinician = page.visit.who?.clinician;
  // A title stays with the name that follows it.
  return clinician ? page.t("who_clinician", { clinician: clinician.replace(". ", ".\u00a0") }) : page.t("who_unknown");
}

export function identifyScreen(page: Page): Screen {
  const { t, draft } = page;
  const name = el("input", { id: "name", autocomplete: "name", autocapitalize: "words", spellcheck: "false", "data-testid": "identify-name", maxlength: 200, "aria-describedby": "name-hint name-error" });
  name.value = draft.name;
  on(name, { input: () => (draft.name = name.value) });
  const nameError = fieldError("name-error");
  const birth = birthFields(page);
  const problem = el("div", { class: "notice error", role: "alert", "data-testid": "identify-error", hidden: true }, icon("warning"), el("div", {}));
  const submit = button({ type: "submit", class: "primary wide", "data-testid": "identify-submit" }, () => undefined, t("continue"));

  const send = () => {
    const iso = isoDate(draft.birth, page.tag, new Date());
    const named = draft.name.trim() !== "";
    showError(name, nameError, named ? "" : t("name_missing"));
    birth.setError(iso === null ? t("birth_missing") : "");
    if (!named) name.focus();
    else if (iso === null) birth.focus();
    else page.identify(draft.name.trim().replace(/\s+/g, " "), iso);
  };
  const form = on(
    el(
      "form",
      { novalidate: true },
      problem,
      el(
        "div",
        { class: "field" },
        el("label", { for: "name" }, t("name")),
        el("span", { class: "hint", id: "name-hint" }, t("name_hint")),
        name,
        nameError,
      ),
      birth.root,
      submit,
    ),
    {
      submit: (event) => {
        event.preventDefault();
        if (!page.identifying) send();
      },
    },
  );
  let answered = page.visit;
  return {
    root: el("section", {}, heading(whoLine(page)), el("p", {}, t("identify_text")), form),
    update() {
      const { triesLeft, line } = page.visit;
      if (triesLeft !== null) {
        const left = triesLeft === 1 ? t("tries_one") : t("tries_many", { count: triesLeft });
        setText(problem.lastElementChild ?? problem, `${t("not_matching")} ${triesLeft > 0 ? left : ""}`);
        if (answered !== page.visit && !page.identifying && problem.hidden) name.focus();
      }
      answered = page.visit;
      show(problem, triesLeft !== null && !page.identifying);
      setAttribute(submit, "aria-disabled", String(page.identifying || line !== "open"));
      setText(submit, page.identifying ? t("moment") : t("continue"));
    },
  };
}

function birthFields(page: Page) {
  const { t, draft } = page;
  const error = fieldError("birth-error");
  const inputs = fieldOrder(page.tag).map((field) => {
    const input = el("input", {
      id: `birth-${field}`,
      "data-testid": `birth-${field}`,
      class: field,
      autocomplete: `bday-${field}`,
      // A month may be written as a word.
      inputmode: field === "month" ? "text" : "numeric",
      maxlength: 24,
      "aria-describedby": "birth-hint birth-error",
    });
    input.value = draft.birth[field];
    return { field, input };
  });
  const fill = (text: string): boolean => {
    const parts = splitDate(text, page.tag);
    if (parts === null) return false;
    Object.assign(draft.birth, parts);
    for (const { field, input } of inputs) input.value = draft.birth[field];
    return true;
  };
  for (const { field, input } of inputs) {
    on(input, {
      paste: (event) => {
        if (fill(event.clipboardData?.getData("text") ?? "")) event.preventDefault();
      },
      input: () => {
        // Some browsers fill a whole date into the first field.
        if (input.value.length > LENGTH[field] && fill(input.value)) return;
        draft.birth[field] = input.value;
      },
    });
  }
  const example = new Intl.DateTimeFormat(page.tag, { day: "numeric", month: "numeric", year: "numeric" }).format(new Date(1958, 2, 27));
  const root = el(
    "fieldset",
    { class: "field" },
    el("legend", {}, t("birth")),
    el("span", { class: "hint", id: "birth-hint" }, t("birth_hint", { example })),
    el(
      "div",
      { class: "birth" },
      ...inputs.map(({ field, input }) => el("div", { class: field }, el("label", { for: input.id }, t(field)), input)),
    ),
    error,
  );
  return {
    root,
    focus: () => (inputs.find(({ input }) => input.value.trim() === "") ?? inputs[0])?.input.focus(),
    setError: (text: string) => inputs.forEach(({ input }) => showError(input, error, text)),
  };
}

function fieldError(id: string): HTMLElement {
  return el("p", { class: "field-error", id, hidden: true });
}

function showError(input: HTMLElement, error: HTMLElement, text: string): void {
  setText(error, text);
  show(error, text !== "");
  setAttribute(input, "aria-invalid", text === "" ? null : "true");
}
