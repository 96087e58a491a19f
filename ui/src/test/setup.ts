// What jsdom lacks and the components ask for.
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// A deadline, not a measure: the machine that runs this may be busy with other things.
configure({ asyncUtilTimeout: 20_000 });

class NoResize implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

if (typeof window !== "undefined") {
  window.ResizeObserver ??= NoResize;
  window.matchMedia ??= (query: string) =>
    ({
      matches: false,
      media: query,
      onchange: null,
      addEventListener() {},
      removeEventListener() {},
      addListener() {},
      removeListener() {},
      dispatchEvent: () => false,
    }) as MediaQueryList;
  Element.prototype.scrollIntoView ??= () => {};
  HTMLCanvasElement.prototype.getContext = () => null;
  if (!("fonts" in document)) {
    Object.defineProperty(document, "fonts", { value: new EventTarget() });
  }
}
