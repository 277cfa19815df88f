// What screen readers are told without moving the focus. The region stands in the shell.
let region: HTMLElement | null = null;

export function setAnnouncer(element: HTMLElement | null): void {
  region = element;
}

/** Says a text politely. Said again even if it is the same. */
export function announce(text: string): void {
  if (!region) return;
  const line = document.createElement('p');
  line.textContent = text;
  region.replaceChildren(line);
}
