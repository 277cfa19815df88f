import { useState } from 'react';
import { browserZone, fullTime } from '../lib/times';
import { useWords } from '../messages';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { SelectField } from '../ui/Form';
import { useChoices } from './App';
import type { DialogProps } from './dialogs';

/** The zone in which times show. */
export default function ZoneDialog({ close }: DialogProps) {
  const { t, zone, locale } = useWords();
  const { chooseZone } = useChoices();
  const [chosen, setChosen] = useState(zone);
  const zones = [...new Set(['UTC', browserZone(), zone, ...Intl.supportedValuesOf('timeZone')])];
  const save = () => {
    chooseZone(chosen === browserZone() ? null : chosen);
    close();
  };
  return (
    <Dialog
      title={t('frame.zone')}
      width="small"
      onClose={close}
      onSubmit={save}
      actions={
        <Button type="submit" kind="primary">
          {t('frame.zone_set')}
        </Button>
      }
    >
      <SelectField
        label={t('frame.zone')}
        value={chosen}
        onChange={setChosen}
        choices={zones.map((each) => ({
          value: each,
          label: each === browserZone() ? t('frame.zone_browser', { zone: each }) : each,
        }))}
        hint={t('frame.zone_now', { time: fullTime(Date.now(), { locale, zone: chosen }) })}
      />
    </Dialog>
  );
}
