// What stands above every list: search with property chips, the choice of columns, the export.
import { useState } from 'react';
import { type Field, saveText, toCsv } from '../lib/csv';
import { useWords } from '../messages';
import { Button } from '../ui/Button';
import { Icon } from '../ui/icons';
import { MenuButton } from '../ui/Menu';
import { Toolbar } from '../ui/Page';
import { type Property, SearchBox } from '../ui/SearchBox';
import { toast } from '../ui/toasts';
import type { ListState } from './useList';

export function ListTools<T>({
  list,
  properties,
  choices,
  file,
  fields,
}: {
  list: Pick<ListState<T>, 'filter' | 'keyword' | 'onSearch' | 'everything'>;
  properties: Property[];
  /** Columns that can be left out. */
  choices: { label: string; checked: boolean; onSelect: () => void }[];
  /** Name of the exported file, without its ending. */
  file: string;
  /** Name of each exported column to its value. */
  fields: Record<string, (row: T) => Field>;
}) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  // All that match, not only the page in view.
  const save = async () => {
    setBusy(true);
    try {
      const rows = await list.everything(Number.POSITIVE_INFINITY);
      const cells = rows.map((row) => Object.values(fields).map((value) => value(row)));
      saveText(`${file}.csv`, toCsv(Object.keys(fields), cells));
    } catch (error) {
      toast('bad', t('kit.export_failed', { why: error instanceof Error ? error.message : String(error) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Toolbar>
      <SearchBox
        label={t('kit.search_hint')}
        placeholder={t('kit.search_hint')}
        properties={properties}
        filter={list.filter}
        keyword={list.keyword}
        onChange={list.onSearch}
      />
      <span className="grow" />
      <MenuButton entries={choices}>
        <Icon name="columns" size={14} /> {t('kit.columns')}
      </MenuButton>
      <Button kind="link" icon="export" busy={busy} onClick={() => void save()}>
        {t('kit.export')}
      </Button>
    </Toolbar>
  );
}
