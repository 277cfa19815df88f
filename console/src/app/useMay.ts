import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries';
import type { Reason } from '../lib/can';
import { may } from '../lib/rights';

/** Why the roles in a project do not allow an action; undefined where they do, or are not known yet. */
export function useMay(project: string): (action: string) => Reason | undefined {
  const { data } = useQuery(sessionQuery);
  const rights = data?.projects.find((each) => each.id === project)?.rights;
  return (action) =>
    rights === undefined || may(rights, action)
      ? undefined
      : { key: 'reason.not_allowed', values: { action } };
}
