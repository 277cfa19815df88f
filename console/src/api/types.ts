// Objects as Coffer's lists show them.

export type ServerStatus = 'ACTIVE' | 'SHUTOFF' | 'ERROR' | (string & {});
export type DiskStatus =
  | 'available'
  | 'in-use'
  | 'backing-up'
  | 'restoring-backup'
  | 'error_restoring'
  | 'error'
  | (string & {});
export type VaultState = 'available' | 'lock' | 'deleting' | 'error' | (string & {});
export type BackupState =
  | 'waiting_protect'
  | 'protecting'
  | 'available'
  | 'waiting_restore'
  | 'restoring'
  | 'waiting_delete'
  | 'deleting'
  | 'error'
  | (string & {});
export type TaskState = 'waiting' | 'running' | 'success' | 'failed' | 'skipped' | 'timeout' | (string & {});
export type ResourceKind = 'server' | 'disk';

export interface VaultRef {
  id: string;
  name: string;
  type: ResourceKind;
  state: VaultState;
  size_bytes: number;
  used_bytes: number;
}
export interface BackupRef {
  id: string;
  name: string;
  state: BackupState;
  created_at: string;
}
export interface Named {
  id: string;
  name: string;
}
export interface ResourceRef extends Named {
  type: ResourceKind;
}

export interface Task {
  id: string;
  kind: string;
  state: TaskState;
  resource: ResourceRef | null;
  vault: Named | null;
  backup: Named | null;
  checkpoint_id: string | null;
  progress: number;
  phase: 'queued' | 'preparing' | 'copying' | 'finishing' | 'ended';
  total_bytes: number;
  done_bytes: number;
  read_bytes: number;
  new_bytes: number;
  stored_bytes: number;
  bytes_per_second: number | null;
  seconds_left: number | null;
  /** Which try it is, from 1. */
  attempt: number;
  can_retry: boolean;
  cancel_requested: boolean;
  can_cancel: boolean;
  error: { code: string; message: string; hint: string | null } | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export interface Disk {
  id: string;
  name: string;
  size_bytes: number;
  status: DiskStatus;
  format: string;
  bus: string;
  device: string;
  system: boolean;
  server: { id: string; name: string; status: ServerStatus } | null;
  host: string;
  unsupported: string | null;
  encrypted: boolean;
  vault: VaultRef | null;
  last_backup: BackupRef | null;
  task: Task | null;
  excluded: boolean;
  created_at: string;
}

export interface Server {
  id: string;
  name: string;
  status: ServerStatus;
  host: string;
  vcpus: number;
  memory_mib: number;
  architecture: string;
  addresses: string[];
  created_at: string;
  updated_at: string;
  disk_count: number;
  disk_bytes: number;
  vault: VaultRef | null;
  last_backup: BackupRef | null;
  task: Task | null;
  restart_allowed: boolean;
  restart_reason: string | null;
  backup_count: number;
  disks: Disk[];
}

export interface Vault {
  id: string;
  name: string;
  description: string | null;
  type: ResourceKind;
  protect_type: string;
  state: VaultState;
  locked: boolean;
  size_bytes: number;
  used_bytes: number;
  allocated_bytes: number;
  threshold_percent: number;
  auto_expand: boolean;
  auto_bind: boolean;
  /** Tags of the resources it takes by itself. */
  bind_tags: { key: string; value: string }[];
  tags: { key: string; value: string }[];
  policy: { id: string; name: string; enabled: boolean } | null;
  resource_count: number;
  backup_count: number;
  store: string;
  created_at: string;
  updated_at: string;
  resources?: VaultResource[];
}

export interface VaultResource {
  id: string;
  type: ResourceKind;
  name: string;
  size_bytes: number;
  state: string;
  backup_count: number;
  backup_bytes: number;
  excluded_disks: string[];
}

export interface BackupDisk {
  id: string;
  disk_id: string;
  name: string;
  size_bytes: number;
  system: boolean;
  tracking: string | null;
  fallback_reason: string | null;
  new_bytes: number;
  read_bytes: number;
  stored_bytes: number;
}

export interface Backup {
  id: string;
  name: string;
  description: string | null;
  state: BackupState;
  progress: number;
  type: ResourceKind;
  resource_id: string;
  resource_name: string;
  resource_status: string | null;
  size_bytes: number;
  read_bytes: number;
  new_bytes: number;
  stored_bytes: number;
  incremental: boolean;
  auto_trigger: boolean;
  full_reason: string | null;
  consistency: 'application' | 'file_system' | 'crash' | 'offline' | null;
  frozen_ms: number | null;
  restart_allowed: boolean;
  vault: Named;
  checkpoint_id: string;
  instant: string | null;
  created_at: string;
  protected_at: string | null;
  expires_at: string | null;
  locked: boolean;
  can_restore: boolean;
  error: string | null;
  notes: string[];
  disks: BackupDisk[];
  task: Task | null;
}

export interface Session {
  user: { id: string; name: string; domain_id: string; domain_name: string };
  domain_admin: boolean;
  projects: { id: string; name: string; roles: string[] }[];
  region: string;
  version: string;
  idle_expires_at: string;
  expires_at: string;
}

export interface Refusal {
  resource_id: string;
  code: string;
  message: string;
  hint: string | null;
}

export interface BackupEstimate {
  disks: {
    disk_id: string;
    server_id: string | null;
    size_bytes: number;
    changed_bytes: number | null;
    since: string | null;
    reason: string | null;
  }[];
  read_bytes: number | null;
  seconds: number | null;
  full_possible_at: string | null;
  vault: { fits: boolean; remaining_bytes: number } | null;
  refusals: Refusal[];
}

export interface RestoreEstimate {
  disks: {
    backup_id: string;
    disk_id: string | null;
    write_bytes: number | null;
    size_bytes: number;
    refusal: string | null;
  }[];
  seconds: number | null;
  server: { id: string; name: string; status: string; will_stop: boolean } | null;
  refusals: Refusal[];
}

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
