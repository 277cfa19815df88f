import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import css from './Tabs.module.css';

export interface Tab {
  id: string;
  label: string;
  /** A count beside the label. */
  count?: number | undefined;
  content: () => ReactNode;
}

/** Tabs of a page; the chosen one lies in the URL. */
export function Tabs({
  label,
  tabs,
  value,
  onChange,
}: {
  label: string;
  tabs: Tab[];
  value: string;
  onChange: (id: string) => void;
}) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(String(next))}>
      <Base.List className={css.list} aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className={css.tab}>
            {tab.label}
            {tab.count !== undefined ? <span className={css.count}>{tab.count}</span> : null}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className={css.panel}>
          {tab.id === value ? tab.content() : null}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
