import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { list } from '../../api/queries';
import type { Disk, ResourceKind, Server } from '../../api/types';
import { formatSize, wholeGib } from '../../lib/sizes';
import { diskLook, serverLook } from '../../lib/status';
import { useWords } from '../../messages';
import { Failure } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { Icon } from '../../ui/icons';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import css from './vaults.module.css';

export interface Picked {
  id: string;
  name: string;
  size_bytes: number;
  /** What it takes of a vault's capacity: the sizes of its disks, each rounded up, in GiB. */
  gib: number;
  /** Of a server: its disks, and the ids of those that are left out (VLT-24). */
  disks: readonly { id: string; name: string; system: boolean; size_bytes: number; gib: number }[];
  out: readonly string[];
}

/** What a server or disk takes without the disks that are left out. */
const takes = (each: Picked): number =>
  each.disks.reduce((rest, disk) => (each.out.includes(disk.id) ? rest - disk.gib : rest), each.gib);
export const sumGib = (picked: readonly Picked[]): number =>
  picked.reduce((sum, each) => sum + takes(each), 0);

const pickServer = (server: Server): Picked => ({
  id: server.id,
  name: server.name,
  size_bytes: server.disk_bytes,
  gib: server.disks.reduce((sum, disk) => sum + wholeGib(disk.size_bytes), 0),
  disks: server.disks.map((disk) => ({
    id: disk.id,
    name: disk.name,
    system: disk.system,
    size_bytes: disk.size_bytes,
    gib: wholeGib(disk.size_bytes),
  })),
  out: [],
});
const pickDisk = (disk: Disk): Picked => ({
  id: disk.id,
  name: disk.name,
  size_bytes: disk.size_bytes,
  gib: wholeGib(disk.size_bytes),
  disks: [],
  out: [],
});

/** Only what was picked of a row. */
const bare = ({ id, name, size_bytes, gib, disks, out }: Picked): Picked => ({
  id,
  name,
  size_bytes,
  gib,
  disks,
  out,
});

/** Table of servers or disks to tick, and the ticked ones beside it by name. */
export function ResourcePicker({
  project,
  type,
  picked,
  onChange,
}: {
  project: string;
  type: ResourceKind;
  picked: readonly Picked[];
  onChange: (picked: Picked[]) => void;
}) {
  const { t } = useWords();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const query = { q, sort: 'name', limit: 200 };
  const servers = useQuery({ ...list('server', project, query), enabled: type === 'server' });
  const disks = useQuery({ ...list('disk', project, query), enabled: type === 'disk' });
  const server = type === 'server';
  const asked = server ? servers : disks;
  const rows = server
    ? (servers.data?.items ?? []).map((each) => ({
        ...pickServer(each),
        look: serverLook(each.status),
        of: null as string | null,
        vault: each.vault,
        reason:
          each.status === 'ERROR'
            ? t('reason.server_faulty')
            : each.disks.length === 0
              ? t('reason.no_disk')
              : null,
      }))
    : (disks.data?.items ?? []).map((each) => ({
        ...pickDisk(each),
        look: diskLook(each.status),
        of: each.server?.name ?? null,
        vault: each.vault?.type === 'disk' ? each.vault : null,
        reason: each.unsupported
          ? t('reason.disk_unsupported', { name: each.name, why: each.unsupported })
          : null,
      }));
  const ids = new Set(picked.map((each) => each.id));
  const free = rows.filter((row) => !row.vault && !row.reason);
  const all = free.length > 0 && free.every((row) => ids.has(row.id));
  const toggle = (row: Picked, on: boolean) =>
    onChange(on ? [...picked, bare(row)] : picked.filter((each) => each.id !== row.id));
  return (
    <div className={css.picker}>
      <TextField
        label={t(server ? 'vaults.find_server' : 'vaults.find_disk')}
        type="search"
        value={text}
        onChange={setText}
      />
      {asked.error ? <Failure error={asked.error} retry={() => void asked.refetch()} /> : null}
      <section
        className={css.scroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t(server ? 'vaults.servers_pick' : 'vaults.disks_pick')}
      >
        <table className={css.resources}>
          <thead>
            <tr>
              <th scope="col" className={css.narrow}>
                <Tick
                  label={t('kit.select_page')}
                  hiddenLabel
                  checked={all}
                  mixed={!all && free.some((row) => ids.has(row.id))}
                  onChange={(on) => {
                    const others = picked.filter((each) => !free.some((row) => row.id === each.id));
                    onChange(on ? [...others, ...free.map(bare)] : others);
                  }}
                />
              </th>
              <th scope="col">{t('vaults.name')}</th>
              <th scope="col">{t('vaults.status')}</th>
              {server ? null : <th scope="col">{t('kind.server')}</th>}
              <th scope="col" className={css.right}>
                {t('vaults.size')}
              </th>
              <th scope="col">{t('kind.vault')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const reason = row.vault ? t('vaults.in_vault', { name: row.vault.name }) : row.reason;
              return (
                <tr key={row.id}>
                  <td className={css.narrow}>
                    <Tick
                      label={t('kit.select_row', { name: row.name })}
                      hiddenLabel
                      checked={ids.has(row.id)}
                      reason={reason ?? undefined}
                      onChange={(on) => toggle(row, on)}
                    />
                  </td>
                  <th scope="row">{row.name}</th>
                  <td>
                    <StatusWord look={row.look} />
                  </td>
                  {server ? null : <td>{row.of ?? <span className="soft">–</span>}</td>}
                  <td className={css.right}>
                    <Size bytes={row.size_bytes} />
                  </td>
                  <td className="soft">{reason ?? '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {asked.data && rows.length === 0 ? <p className="soft">{t('vaults.nothing_found')}</p> : null}
      {picked.length > 0 ? (
        <div>
          <p className="strong">
            {t(server ? 'vaults.picked_servers' : 'vaults.picked_disks', { n: picked.length })}
          </p>
          <ul className={css.chips}>
            {picked.map((each) => (
              <li key={each.id} className={css.chip}>
                {each.name}
                <button
                  type="button"
                  className={css.drop}
                  aria-label={t('kit.remove', { what: each.name })}
                  onClick={() => toggle(each, false)}
                >
                  <Icon name="close" size={12} />
                </button>
              </li>
            ))}
          </ul>
          {picked
            .filter((each) => each.disks.length > 1)
            .map((each) => (
              <DiskChoice
                key={each.id}
                server={each}
                onChange={(out) =>
                  onChange(picked.map((other) => (other.id === each.id ? { ...other, out } : other)))
                }
              />
            ))}
        </div>
      ) : null}
    </div>
  );
}

/** Which disks of a server are backed up: at least one. */
function DiskChoice({ server, onChange }: { server: Picked; onChange: (out: string[]) => void }) {
  const { t, locale } = useWords();
  const left = server.disks.length - server.out.length;
  return (
    <details className={css.choice}>
      <summary>
        {t('vaults.disks_picked', { name: server.name, picked: left, all: server.disks.length })}
      </summary>
      <div className={css.choices}>
        {server.disks.map((disk) => {
          const on = !server.out.includes(disk.id);
          return (
            <Tick
              key={disk.id}
              label={t(disk.system ? 'vaults.system_disk' : 'vaults.data_disk', {
                name: disk.name,
                size: formatSize(disk.size_bytes, locale),
              })}
              checked={on}
              reason={on && left === 1 ? t('vaults.disks_one') : undefined}
              onChange={(wanted) =>
                onChange(wanted ? server.out.filter((id) => id !== disk.id) : [...server.out, disk.id])
              }
            />
          );
        })}
        {server.out.length > 0 ? <p className="soft">{t('vaults.disks_apart')}</p> : null}
      </div>
    </details>
  );
}
