import { createContext, useContext } from 'react';

/** Where popups are put: an element inside `main`, so that they lie in a landmark. */
export const PortalContext = createContext<HTMLElement | null>(null);
export const usePortal = (): HTMLElement | null => useContext(PortalContext);
