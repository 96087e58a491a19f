// Offers the link for another browser.

import { button, el, show } from "../dom";
import type { Translate } from "../strings";

/** A button that copies the page's address; where copying is forbidden, the address to mark by hand. */
export function copyLink(t: Translate): HTMLElement {
  const said = el("p", { role: "status" });
  const address = el("input", { readonly: true, "aria-label": t("copy_link"), hidden: true });
  address.value = location.href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = t("copied");
    } catch {
      said.textContent = t("copy_failed");
      show(address, true);
      address.select();
    }
  };
  return el("div", { class: "copy-link" }, button({ "data-testid": "copy-link" }, () => void copy(), t("copy_link")), said, address);
}
