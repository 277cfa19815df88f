/** What a quota is about, as the API names it. */
export const quotaKinds = ['vaults', 'capacity_gib', 'backups', 'policies'] as const;
