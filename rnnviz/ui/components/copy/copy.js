/** A button that copies a text, and says whether it did. */

/** Milliseconds for which the button says what came of the press. */
const SAID_MS = 2500;

/** @param {{data: {text: string, label: string}, parentElement: Element}} component */
export default function ({ data, parentElement }) {
  const button = /** @type {HTMLButtonElement} */ (parentElement.querySelector("button"));
  button.textContent = data.label;
  button.onclick = async () => {
    const copied = await copy(data.text);
    button.textContent = copied ? "Copied" : "Not copied: select the link and copy it by hand";
    window.setTimeout(() => (button.textContent = data.label), SAID_MS);
  };
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, or in a frame that may not write to the clipboard.
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
