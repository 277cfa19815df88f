export const overview = {
  'overview.title': 'Übersicht',
  'overview.servers_protected': 'Server in einem Vault',
  'overview.disks_protected': 'Disks in einem Vault',
  'overview.of': '{n} von {total}',
  'overview.unprotected': { one: '{n} in keinem Vault', other: '{n} in keinem Vault' },
  'overview.capacity': { one: 'Kapazität von {n} Vault', other: 'Kapazität von {n} Vaults' },
  'overview.oldest': 'Ältestes letztes gutes Backup',
  'overview.no_backup': 'Noch keines',
  'overview.nothing': 'Noch nichts zu schützen',
  'overview.nothing_text':
    'Verbinden Sie einen Hypervisor oder geben Sie Images an: Ihre Server und Disks erscheinen hier von selbst.',
  'overview.all_safe': 'Alles ist sicher',
  'overview.all_safe_text':
    'Jeder Server und jede freie Disk ist in einem Vault und hat ein gutes Backup, das neu genug ist.',
  'overview.unsafe': {
    one: '{n} Server oder Disk ist nicht sicher',
    other: '{n} Server und Disks sind nicht sicher',
  },
  'overview.reason_no_vault': { one: '{n} ist in keinem Vault', other: '{n} sind in keinem Vault' },
  'overview.reason_never_backed_up': {
    one: '{n} wurde noch nie gesichert',
    other: '{n} wurden noch nie gesichert',
  },
  'overview.reason_last_backup_failed': {
    one: 'Das letzte Backup von {n} ist fehlgeschlagen',
    other: 'Die letzten Backups von {n} sind fehlgeschlagen',
  },
  'overview.reason_backup_too_old': {
    one: 'Das letzte gute Backup von {n} ist zu alt',
    other: 'Die letzten guten Backups von {n} sind zu alt',
  },
  'overview.nothing_asked': {
    one: 'Von {n} in einem Vault wird nichts verlangt: Es ist kein Schutzziel gesetzt, und keine Richtlinie seines Vaults läuft. Nach dem letzten guten Backup gilt es eine Woche lang als sicher.',
    other:
      'Von {n} in Vaults wird nichts verlangt: Es ist kein Schutzziel gesetzt, und keine Richtlinie ihrer Vaults läuft. Nach dem letzten guten Backup gelten sie eine Woche lang als sicher.',
  },
  'overview.too_old_means':
    'Älter, als das Schutzziel erlaubt; wo nichts verlangt wird, älter als eine Woche.',
  'overview.reason_vault_full': { one: 'Der Vault von {n} ist voll', other: 'Die Vaults von {n} sind voll' },
  'overview.more': { one: 'und {n} weitere', other: 'und {n} weitere' },
  'overview.backup_servers': 'Server-Backup erstellen',
  'overview.backup_disks': 'Disk-Backup erstellen',
  'overview.running': 'Läuft gerade',
  'overview.none_running': 'Gerade läuft nichts.',
  'overview.failures': 'In den letzten 24 Stunden fehlgeschlagen',
  'overview.none_failed': 'Nichts ist fehlgeschlagen.',
  'overview.all_tasks': 'Alle Aufgaben',
  'overview.vaults': 'Vaults, die vollsten zuerst',
  'overview.no_vaults': 'Es gibt noch keinen Vault.',
  'overview.fill_of': 'Belegte Kapazität von {name}',
  'overview.next_runs': 'Läufe der nächsten 24 Stunden',
} as const;
