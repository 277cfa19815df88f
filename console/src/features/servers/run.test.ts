import { describe, expect, it } from 'vitest';
import { GIB } from '../../lib/sizes';
import { byVault, capacityFor, checkpointRequest, command, type Plan, type Resource } from './run';

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
    expect(checkpointRequest(plan([left]), 'v1', [left])).toEqual({
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
  it('says the command, quoted, or none', () => {
    expect(command(plan([resource('a', 'v1')]), null)).toBe(
      "coffer backup create a --type server --name manualbk_1c54 --description 'it'\\''s' --full",
    );
    expect(command(plan([{ ...resource('a', 'v1'), exclude: ['x'] }]), null)).toBeNull();
  });
});
