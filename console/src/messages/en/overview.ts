// Overview.
export const overview = {
  'overview.title': 'Overview',
  'overview.servers_protected': 'Servers in a Vault',
  'overview.disks_protected': 'Disks in a Vault',
  'overview.of': '{n} of {total}',
  'overview.unprotected': { one: '{n} in no vault', other: '{n} in no vault' },
  'overview.capacity': { one: 'Capacity of {n} Vault', other: 'Capacity of {n} Vaults' },
  'overview.oldest': 'Oldest Last Good Backup',
  'overview.no_backup': 'None yet',
  'overview.nothing': 'Nothing to protect yet',
  'overview.nothing_text':
    'Connect a hypervisor or declare images: their servers and disks show here by themselves.',
  'overview.all_safe': 'Everything is safe',
  'overview.all_safe_text':
    'Each server and each detached disk is in a vault and has a good backup that is recent enough.',
  'overview.unsafe': { one: '{n} server or disk is not safe', other: '{n} servers and disks are not safe' },
  'overview.reason_no_vault': { one: '{n} is in no vault', other: '{n} are in no vault' },
  'overview.reason_never_backed_up': {
    one: '{n} has never been backed up',
    other: '{n} have never been backed up',
  },
  'overview.reason_last_backup_failed': {
    one: 'The last backup of {n} failed',
    other: 'The last backup of {n} failed',
  },
  'overview.reason_backup_too_old': {
    one: 'The last good backup of {n} is too old',
    other: 'The last good backups of {n} are too old',
  },
  'overview.nothing_asked': {
    one: 'Of {n} in a vault nothing is asked: no objective is set, and no policy of its vault runs. It counts as safe for a week after its last good backup.',
    other:
      'Of {n} in vaults nothing is asked: no objective is set, and no policy of their vaults runs. They count as safe for a week after their last good backup.',
  },
  'overview.too_old_means': 'Older than the objective allows; where nothing is asked, older than a week.',
  'overview.reason_vault_full': { one: 'The vault of {n} is full', other: 'The vaults of {n} are full' },
  'overview.more': { one: 'and {n} more', other: 'and {n} more' },
  'overview.backup_servers': 'Create Server Backup',
  'overview.backup_disks': 'Create Disk Backup',
  'overview.running': 'Running Now',
  'overview.none_running': 'Nothing is running.',
  'overview.failures': 'Failed in the Last 24 Hours',
  'overview.none_failed': 'Nothing failed.',
  'overview.all_tasks': 'All Tasks',
  'overview.vaults': 'Vaults, the Fullest First',
  'overview.no_vaults': 'There is no vault yet.',
  'overview.fill_of': 'Used capacity of {name}',
  'overview.next_runs': 'Runs of the Next 24 Hours',
} as const;
