import { Tooltip as Base } from '@base-ui/react/tooltip';
import { type ReactElement, type ReactNode, useState } from 'react';
import { usePortal } from './portal';
import css from './Tooltip.module.css';

interface Props {
  /** What it says. Without it the child stands alone. */
  text: ReactNode;
  /** One element that takes focus and pointer. */
  children: ReactElement<Record<string, unknown>>;
  /** Open on press as well: for greyed actions, which touch could not ask otherwise. */
  press?: boolean;
}

/** A text beside an element on hover, focus and, where wanted, on press. */
export function Tooltip({ text, children, press = false }: Props) {
  const container = usePortal();
  const [open, setOpen] = useState(false);
  if (!text) return children;
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, details) => {
        if (press && details.reason === 'trigger-press') setOpen(true);
        else setOpen(next);
      }}
    >
      <Base.Trigger render={children} delay={300} />
      <Base.Portal container={container}>
        <Base.Positioner sideOffset={6} className={css.positioner}>
          <Base.Popup className={css.popup}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
