import { useCallback } from 'react';
import type { Look } from '../../lib/status';
import { useWords } from '../../messages';

export const enabledLook = (enabled: boolean): Look =>
  enabled ? { tone: 'good', key: 'admin.enabled' } : { tone: 'off', key: 'admin.disabled' };

/** What a role is called: the predefined ones have words, those of the domain's own their names. */
export function useRoleName(): (name: string) => string {
  const { t } = useWords();
  return useCallback(
    (name) => (name === 'admin' || name === 'user' || name === 'readonly' ? t(`admin.role_${name}`) : name),
    [t],
  );
}
