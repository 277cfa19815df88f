// What appears below a field moves what lies below it: a button would slip away under the press that
// left the field, and the press would be lost.
let pressed = false;
const down = () => {
  pressed = true;
};
const up = () => {
  pressed = false;
};
if (typeof window !== 'undefined') {
  window.addEventListener('pointerdown', down, true);
  window.addEventListener('pointerup', up, true);
  window.addEventListener('pointercancel', up, true);
}

/** Calls `act` now, or once the press under way has ended and was heard. */
export function afterPress(act: () => void): void {
  if (!pressed) act();
  else {
    // The click follows the release at once; a drag has none.
    const ended = () => {
      window.removeEventListener('pointerup', ended, true);
      window.removeEventListener('pointercancel', ended, true);
      setTimeout(act);
    };
    window.addEventListener('pointerup', ended, true);
    window.addEventListener('pointercancel', ended, true);
  }
}
