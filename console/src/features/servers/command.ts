// The same as the dialog does: as lines for a shell, and as requests.
import { associateRequest, byVault, checkpointRequest, type Plan, vaultRequest } from './run';

const quote = (word: string): string =>
  /^[A-Za-z0-9_./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Lines of a shell that do the same; none where the command line cannot say it. */
export function commands(plan: Plan): string[] {
  if (plan.resources.some((each) => each.exclude.length)) return [];
  const loose = plan.resources.filter((each) => each.vault === null).map((each) => quote(each.id));
  const kind = plan.resources[0]?.kind ?? 'server';
  const lines: string[] = [];
  if (loose.length && plan.target) {
    if ('create' in plan.target) {
      const { name, size, expand, lock } = plan.target.create;
      if (expand || lock) return [];
      const add = loose.map((id) => ` --add ${id}`).join('');
      lines.push(`coffer vault create ${quote(name)} --type ${kind} --size ${size}${add}`);
    } else lines.push(`coffer vault add ${quote(plan.target.id)} ${loose.join(' ')}`);
  }
  lines.push(
    [
      `coffer backup create ${plan.resources.map((each) => quote(each.id)).join(' ')}`,
      `--type ${kind} --name ${quote(plan.name)}`,
      plan.description ? `--description ${quote(plan.description)}` : '',
      plan.full ? '--full' : '',
    ]
      .filter(Boolean)
      .join(' '),
  );
  return lines;
}

/** The requests, in order. */
export function requests(plan: Plan): string[] {
  const v3 = `/v3/${plan.project}`;
  const say = (path: string, body: unknown) => `POST ${path}\n${JSON.stringify(body, null, 2)}`;
  const loose = plan.resources.filter((each) => each.vault === null);
  const list: string[] = [];
  let target = '<vault>';
  if (loose.length && plan.target) {
    if ('create' in plan.target)
      list.push(say(`${v3}/vaults`, vaultRequest(plan.target.create, loose[0]?.kind ?? 'server')));
    else target = plan.target.id;
    list.push(say(`${v3}/vaults/${target}/addresources`, associateRequest(loose)));
  }
  let taken = 0;
  for (const [vault, resources] of byVault(plan.resources, target)) {
    list.push(say(`${v3}/checkpoints`, checkpointRequest(plan, vault, resources, taken)));
    taken += resources.length;
  }
  return list;
}
