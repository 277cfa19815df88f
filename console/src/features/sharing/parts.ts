import { useQuery } from '@tanstack/react-query';
import { projectsQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import type { Look } from '../../lib/status';

/** What has been made of a share. */
export const shareLook = (status: string): Look =>
  ({
    pending: { tone: 'warn', key: 'sharing.pending' } as const,
    accepted: { tone: 'good', key: 'sharing.accepted' } as const,
    rejected: { tone: 'off', key: 'sharing.rejected' } as const,
  })[status] ?? { tone: 'off', word: status };

/** Projects that the user knows by name, and what another one is called: by its id. */
export function useProjects(): { known: { id: string; name: string }[]; nameOf: (id: string) => string } {
  const { data: session } = useQuery(sessionQuery);
  const { data: all } = useQuery(projectsQuery);
  const known = all ?? session?.projects ?? [];
  return { known, nameOf: (id) => known.find((each) => each.id === id)?.name ?? id };
}
