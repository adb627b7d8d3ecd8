// A reply template put into the text without leaving the page. It goes in as if it were typed, so that undo brings back what stood there.

/** The text field takes the text of the chosen template. Without one the form goes to the desk, which says what is wrong. */
function fill(event) {
  const button = event.target.closest("[data-wordings] button[name=use]");
  if (!button) return;
  const bar = button.closest("[data-wordings]");
  const text = bar.querySelector("select").selectedOptions[0]?.dataset.text;
  const field = document.getElementById(bar.dataset.wordings);
  if (!text || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
  if (!document.execCommand("insertText", false, text)) field.value = text;
  field.setSelectionRange(0, 0);
  field.scrollTop = 0;
}

export const wordings = () => document.addEventListener("click", fill);
