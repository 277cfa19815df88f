import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { objectiveQuery, setObjective } from '../../api/safety';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Form';

/** Longest time that can be asked for: ten years of 365 days, in hours. */
const most = 87_600;

/** How old the newest good backup of every resource may be. */
export default function SetObjective({ project, close }: DialogProps) {
  const { t } = useWords();
  const { data, error } = useQuery(objectiveQuery(project));
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const text = typed ?? (data?.hours ? String(data.hours) : '');
  const hours = Number(text);
  const wrong =
    text === '' || (Number.isInteger(hours) && hours >= 1 && hours <= most)
      ? null
      : t('report.hours_rule', { most });
  const save = useChange(
    () => setObjective(project, text === '' ? null : hours),
    t('report.objective_saved'),
    close,
  );
  return (
    <Dialog
      title={t('report.set')}
      width="small"
      dirty={typed !== null}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (data && !wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending || !data}>
          {t('limits.save')}
        </Button>
      }
    >
      <TextField
        label={t('report.hours_field')}
        inputMode="numeric"
        unit="h"
        hint={t('report.hours_hint')}
        value={text}
        error={wrong}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}
