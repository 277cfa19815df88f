// What lies over the page. Parts that are closed stay in the document until their last picture is
// drawn, which takes long on a busy machine: they count no more.
const open = (role: string): string => `[role=${role}]:not([data-closed])`;

/** What keeps a key to itself that is pressed in it. */
export const keeps = ['menu', 'dialog', 'alertdialog', 'listbox'].map(open).join(', ');

/** Whether a dialog or menu is open. */
export const isCovered = (): boolean => document.querySelector(`${open('dialog')}, ${open('menu')}`) !== null;

/** Whether something is open that wants an answer before anything else. */
export const isModal = (): boolean => document.querySelector('[data-modal]:not([data-closed])') !== null;
