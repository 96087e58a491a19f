// Presses the one button that brings the patient's page a step further. Takes the test ids of such buttons.
"use strict";
for (const name of arguments[0]) {
  const button = document.querySelector(`[data-testid=${name}]`);
  if (button && button.offsetParent && !button.disabled && button.getAttribute("aria-disabled") !== "true") {
    button.click();
    break;
  }
}
return document.querySelector("[data-testid=waiting]") !== null;
