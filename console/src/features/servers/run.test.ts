import { describe, expect, it } from 'vitest';
import { GIB } from '../../lib/sizes';
import { commands, requests } from './command';
import { byVault, capacityFor, checkpointRequest, type Plan, type Resource } from './run';

const resource = (id: string, vault: string | null, size = GIB): Resource => ({
  id,
  name: id,
  kind: 'server',
  size,
  exclude: [],
  vault,
});
const plan = (resources: Resource[]): Plan => ({
  project: 'p',
  resources,
  name: 'manualbk_1c54',
  description: "it's",
  full: true,
  target: null,
});

describe('a backup', () => {
  it('asks each vault for its own resources', () => {
    const groups = byVault([resource('a', 'v1'), resource('b', null), resource('c', 'v1')], 'new');
    expect([...groups].map(([vault, each]) => [vault, each.map((one) => one.id)])).toEqual([
      ['v1', ['a', 'c']],
      ['new', ['b']],
    ]);
  });
  it('sends what the dialog shows', () => {
    const left = { ...resource('a', 'v1'), exclude: ['d2'] };
    expect(checkpointRequest(plan([left]), 'v1', [left], 0)).toEqual({
      checkpoint: {
        vault_id: 'v1',
        parameters: {
          name: 'manualbk_1c54',
          description: "it's",
          incremental: false,
          auto_trigger: false,
          resource_details: [{ id: 'a', type: 'OS::Nova::Server', extra_info: { exclude_volumes: ['d2'] } }],
        },
      },
    });
  });
  it('proposes twice the size, at least 100 GiB', () => {
    expect(capacityFor([resource('a', null, 3 * GIB)])).toEqual({ least: 10, proposed: 100 });
    expect(capacityFor([resource('a', null, 200 * GIB + 1)])).toEqual({ least: 201, proposed: 402 });
  });
  it('says the commands, quoted, or none', () => {
    expect(commands(plan([resource('a', 'v1')]))).toEqual([
      "coffer backup create a --type server --name manualbk_1c54 --description 'it'\\''s' --full",
    ]);
    const left = plan([{ ...resource('a', 'v1'), exclude: ['x'] }]);
    expect(commands(left)).toEqual([]);
    const create = { name: 'v', size: 100, expand: false, lock: false };
    expect(commands({ ...plan([resource('a', null)]), target: { create } })[0]).toBe(
      'coffer vault create v --type server --size 100 --add a',
    );
    expect(
      commands({ ...plan([resource('a', null)]), target: { create: { ...create, lock: true } } }),
    ).toEqual([]);
  });
  it('says every request that it sends', () => {
    const all = requests({
      ...plan([resource('a', null), resource('b', 'v1')]),
      target: { id: 'v2', name: 'two' },
    });
    expect(all.map((each) => each.split('\n')[0])).toEqual([
      'POST /v3/p/vaults/v2/addresources',
      'POST /v3/p/checkpoints',
      'POST /v3/p/checkpoints',
    ]);
    // The numbers behind the name go on over the vaults.
    expect(all.slice(1).map((each) => /"first_number": (\d+)/.exec(each)?.[1])).toEqual(['1', '2']);
  });
});
