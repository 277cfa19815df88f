// Objects of the API, from its document: a field that changes there breaks the type check here.
import type { components } from './schema';

type Schemas = components['schemas'];

export type ServerStatus = Schemas['ServerStatus'];
export type DiskStatus = Schemas['DiskStatus'];
export type VaultState = Schemas['VaultStatus'];
export type BackupState = Schemas['BackupStatus'];
export type TaskState = Schemas['TaskStatus'];
export type ResourceKind = Schemas['ResourceKind'];

export type Named = Schemas['Named'];
export type ResourceRef = Schemas['ResourceRef'];
export type VaultRef = Schemas['VaultRef'];
export type BackupRef = Schemas['BackupRef'];

export type Server = Schemas['Server'];
export type Disk = Schemas['Disk'];
export type Vault = Schemas['Vault'];
/** A server or disk in a vault. */
export type VaultResource = Schemas['Held'];
export type Backup = Schemas['Backup'];
export type BackupDisk = Schemas['BackupDisk'];
export type Task = Schemas['Task'];
export type Tag = Schemas['TagBody'];

export type Session = Schemas['Session'];
export type Rights = Schemas['Rights'];
export type Refusal = Schemas['EstimateRefusal'];
export type BackupEstimate = Schemas['BackupEstimate'];
export type RestoreEstimate = Schemas['RestoreEstimate'];

/** The kinds of object that lists show and events carry. */
export interface Kinds {
  server: Server;
  disk: Disk;
  vault: Vault;
  backup: Backup;
  task: Task;
}
export type Kind = keyof Kinds;

export interface Page<T> {
  items: T[];
  total: number;
  next: string | null;
}
