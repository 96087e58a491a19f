// The whole console on the fake host, for tests.
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect } from "vitest";
import { App } from "../App";
import { setNow } from "../parts/clock";
import { forgetDraft } from "../parts/drafts";
import { Providers } from "../Providers";
import { knobs } from "../host/fake";

export function openConsole(hash: string, options: { stage?: "choose" | "sign_in" | "trouble" | "ready"; scheme?: "light" | "dark" } = {}) {
  // Ids of the sample practice repeat: nothing typed in the test before may come back in this one.
  for (const note of knobs.world.notes.keys()) forgetDraft(note);
  knobs.reset(options.stage ?? "ready");
  window.location.hash = hash;
  setNow(new Date().toISOString());
  const user = userEvent.setup();
  render(
    <Providers scheme={options.scheme ?? "light"}>
      <App />
    </Providers>,
  );
  return { user };
}

/** Contrast needs real layout and is computed from the tokens instead; regions of portals are Mantine's. */
export async function expectNoViolations(): Promise<void> {
  const found = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    resultTypes: ["violations"],
  });
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)).toEqual([]);
}
