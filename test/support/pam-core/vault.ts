import { DeviceRegistry, type PamDevice } from './device-registry.ts';
import { ListHistory } from './list-history.ts';
import type { CredentialRecord, KeyRecord, PamRecord } from './record.ts';
import { serverTime } from './server-time.ts';
import type { Switches } from './switches.ts';
import { uuidV7 } from './uuid-v7.ts';

/** What PAM Core checks values against; anything else is refused (1029, 1046, 1047) or fails (owner: 500). */
export interface Catalogue {
  readonly domains: Set<string>;
  readonly plugins: Set<string>;
  readonly pluginTemplates: Set<string>;
  readonly users: Set<string>;
}

export interface Custody {
  readonly id: string;
  readonly authorization: string;
  readonly since: string;
}

type Fresh<Kind extends PamRecord> = Omit<
  Kind,
  'id' | 'kind' | 'enabled' | 'change' | 'view' | 'expiration' | 'contentVersion' | 'grantedTo'
>;

/** What PAM Core holds: records (credentials and keys share one sequence of ids), devices, custody. */
export class Vault {
  readonly switches: Switches;
  readonly devices = new DeviceRegistry();
  readonly catalogue: Catalogue = {
    domains: new Set(['testlab.com', 'demo.lab.com']),
    plugins: new Set(['SSH', 'LDAP', 'RPC']),
    pluginTemplates: new Set([
      ...['3COM', 'Linux - Create User', 'Linux - Remove User'],
      ...['AD - Activate User', 'AD - Deactivate User'],
    ]),
    users: new Set(['admin']),
  };
  readonly #records = new Map<string, PamRecord>();
  #credentials: CredentialRecord[] = [];
  #keys: KeyRecord[] = [];
  readonly #custody = new Map<string, Custody>();
  readonly #history = new ListHistory();
  readonly #clock: () => Date;
  #nextId: number;

  constructor(switches: Switches, clock: () => Date, firstId: number) {
    this.switches = switches;
    this.#clock = clock;
    this.#nextId = firstId;
  }

  now(): Date {
    return this.#clock();
  }

  /** The present second as `change` and `view` print it. */
  stamp(): string {
    return serverTime(this.now(), this.switches.utcOffsetMinutes);
  }

  newIdentifier(): string {
    return uuidV7(this.now());
  }

  records(): PamRecord[] {
    return [...this.#records.values()];
  }

  record(id: string): PamRecord | undefined {
    return this.#records.get(id);
  }

  /** Kept as lists of their own: every POST looks through them, and tests hold tens of thousands. */
  credentials(): readonly CredentialRecord[] {
    return this.#credentials;
  }

  keys(): readonly KeyRecord[] {
    return this.#keys;
  }

  /** Records as the list shows them: `listLagMs` ago. */
  listed(): PamRecord[] {
    const { listLagMs } = this.switches;
    return listLagMs === 0 ? this.records() : this.#history.at(this.now().getTime() - listLagMs);
  }

  addCredential(fresh: Fresh<CredentialRecord>, grantedTo: PamRecord['grantedTo']): CredentialRecord {
    const record: CredentialRecord = { ...this.#base(grantedTo), kind: 'credential', ...fresh };
    if (fresh.content !== null) record.contentVersion = 1;
    return this.#insert(record);
  }

  addKey(fresh: Fresh<KeyRecord>, grantedTo: PamRecord['grantedTo']): KeyRecord {
    const record: KeyRecord = { ...this.#base(grantedTo), kind: 'key', ...fresh };
    record.contentVersion = 1;
    return this.#insert(record);
  }

  /** Forgets a record entirely, which no API call does: for a PAM that was restored from a backup. */
  remove(id: string): void {
    this.#records.delete(id);
    this.#credentials = this.#credentials.filter((record) => record.id !== id);
    this.#keys = this.#keys.filter((record) => record.id !== id);
    this.#custody.delete(id);
    this.#history.forget(id);
  }

  /** Call after each modification. `change` false: the list sees the new state, `change` stays. */
  touch(record: PamRecord, change: boolean): void {
    if (change) record.change = this.stamp();
    this.#history.remember(record, this.now().getTime());
  }

  /** Sets the password of a credential and of the children that take their parent's password. */
  setContent(record: CredentialRecord, content: string, seen: ReadonlySet<string> = new Set()): void {
    record.content = content;
    record.contentVersion += 1;
    this.touch(record, true);
    const visited = new Set([...seen, record.id]);
    for (const child of this.credentials()) {
      if (!visited.has(child.id) && this.parentOf(child)?.id === record.id) {
        this.setContent(child, content, visited);
      }
    }
  }

  /** The parent, given as an id (`parent_password`) or by name (`execution_settings.parent_*`). */
  parentOf(record: CredentialRecord): CredentialRecord | undefined {
    const parentId = record.fields.parent_password ?? '';
    if (parentId !== '') return this.credentials().find((other) => other.id === parentId);
    const byName = record.settings.execution_settings;
    if (typeof byName?.parent_credential !== 'string') return undefined;
    const wanted = ['parent_credential', 'parent_hostname', 'parent_ip'].map((key) => byName[key]);
    return this.credentials().find((other) => {
      const { hostname, ip } = this.deviceOf(other);
      return [other.username, hostname, ip].every((name, index) => name === wanted[index]);
    });
  }

  deviceOf(record: PamRecord): PamDevice {
    const device = this.devices.get(record.deviceId);
    if (device === undefined) throw new Error(`record ${record.id} has no device`);
    return device;
  }

  /** Compares identifiers, usernames and hostnames under the switch `ignoreCase`. */
  readonly same = (a: string, b: string): boolean =>
    a === b || (this.switches.ignoreCase && a.toLowerCase() === b.toLowerCase());

  takeCustody(id: string, authorization: string): void {
    this.#custody.set(id, { id, authorization, since: this.stamp() });
  }

  /** True when this authorization had custody of the record. */
  releaseCustody(id: string, authorization: string): boolean {
    return this.#custody.get(id)?.authorization === authorization && this.#custody.delete(id);
  }

  custody(): Custody[] {
    return [...this.#custody.values()];
  }

  #base(grantedTo: PamRecord['grantedTo']) {
    const id = String(this.#nextId++);
    const blank = { enabled: true, view: null, expiration: null, contentVersion: 0 };
    return { id, change: this.stamp(), grantedTo, ...blank };
  }

  #insert<Kind extends PamRecord>(record: Kind): Kind {
    this.#records.set(record.id, record);
    if (record.kind === 'key') this.#keys.push(record);
    else this.#credentials.push(record);
    this.touch(record, true);
    return record;
  }
}

/** Whether an authorization may touch the record: it made it, or it was assigned to it. */
export function isGranted(record: PamRecord, authorization: string): boolean {
  return record.grantedTo === 'everyone' || record.grantedTo.has(authorization);
}
