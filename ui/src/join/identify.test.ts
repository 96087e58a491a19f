// The form for name and date of birth, as a person uses it.

import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Page } from "./page";
import { identifyScreen } from "./screens/identify";
import type { Screen } from "./screens/screen";
import { translator } from "./strings";
import { en } from "./strings/en";
import { newVisit } from "./visit";

describe("the form", () => {
  const identify = vi.fn();
  let page: Page;
  let screen: Screen;
  const find = <E extends HTMLElement = HTMLInputElement>(id: string) => {
    const found = document.querySelector<E>(`[data-testid="${id}"]`);
    if (found === null) throw new Error(`${id} is not there`);
    return found;
  };

  beforeEach(() => {
    identify.mockReset();
    page = {
      visit: { ...newVisit, line: "open" },
      draft: { name: "", birth: { day: "", month: "", year: "" } },
      tag: "en-US",
      t: translator(en),
      identifying: false,
      identify,
    } as unknown as Page;
    screen = identifyScreen(page);
    document.body.replaceChildren(screen.root);
    screen.update();
  });

  const fill = async (name: string, month: string, day: string, year: string) => {
    const user = userEvent.setup();
    if (name !== "") await user.type(find("identify-name"), name);
    if (month !== "") await user.type(find("birth-month"), month);
    if (day !== "") await user.type(find("birth-day"), day);
    if (year !== "") await user.type(find("birth-year"), year);
    await user.click(find("identify-submit"));
  };

  it("says name and date as the record has them", async () => {
    await fill("  Maria   Example ", "3", "27", "1958");
    expect(identify).toHaveBeenCalledExactlyOnceWith("Maria Example", "1958-03-27");
  });

  it("names what is missing at the field, and goes there", async () => {
    await fill("", "2", "30", "1958");
    expect(identify).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(find("identify-name"));
    expect(find("identify-name").getAttribute("aria-invalid")).toBe("true");
    expect(document.body.textContent).toContain(en.name_missing);
    expect(document.body.textContent).toContain(en.birth_missing);
  });

  it("takes a pasted date apart", async () => {
    const user = userEvent.setup();
    await user.click(find("birth-month"));
    await user.paste("1958-03-27");
    expect([find("birth-month").value, find("birth-day").value, find("birth-year").value]).toEqual(["03", "27", "1958"]);
  });

  it("says that it does not match and how many tries are left, never more", async () => {
    expect(find<HTMLElement>("identify-error").hidden).toBe(true);
    page.visit = { ...page.visit, triesLeft: 2 };
    screen.update();
    expect(find<HTMLElement>("identify-error").hidden).toBe(false);
    expect(find<HTMLElement>("identify-error").textContent).toBe(`${en.not_matching} You have 2 more tries.`);
    page.visit = { ...page.visit, triesLeft: 1 };
    screen.update();
    expect(find<HTMLElement>("identify-error").textContent).toContain(en.tries_one);
  });

  it("does not send twice while it waits for the answer", async () => {
    page.identifying = true;
    screen.update();
    await fill("Maria Example", "3", "27", "1958");
    expect(identify).not.toHaveBeenCalled();
  });

  it("keeps what was typed when the language changes", async () => {
    await fill("Maria", "3", "", "");
    const again = identifyScreen(page);
    document.body.replaceChildren(again.root);
    expect([find("identify-name").value, find("birth-month").value]).toEqual(["Maria", "3"]);
  });
});
