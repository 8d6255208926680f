import { rotateCredential } from './credentials.ts';
import { type DeviceAttributes, deviceAttributes, type PamDevice } from './device-registry.ts';
import type { JsonObject } from './json-value.ts';
import type { CredentialField, CredentialRecord, KeyRecord, PamRecord, SettingsBlock } from './record.ts';
import { type Catalogue, type Custody, isGranted, type Vault } from './vault.ts';

interface SeedBase {
  identifier?: string | null;
  username?: string;
  /** A device with this hostname and ip is added where there is none. */
  hostname: string;
  ip: string;
  enabled?: boolean;
  /** Labels of authorizations; default everyone, `[]` is a record of somebody else. */
  grantedTo?: 'everyone' | string[];
  expiration?: string | null;
}

export interface SeedCredential extends SeedBase {
  content?: string | null;
  fields?: Partial<Record<CredentialField, string>>;
  settings?: Partial<Record<SettingsBlock, JsonObject>>;
}

export interface SeedKey extends SeedBase {
  privateKey?: string;
  publicKey?: string;
  passphrase?: string | null;
  keyName?: string;
  tags?: string;
  devices?: string[];
}

interface Place {
  hostname: string;
  ip: string;
}

export type CredentialView = CredentialRecord & Place;
export type KeyView = KeyRecord & Place;
export type RecordView = CredentialView | KeyView;

/** What tests see and do behind PAM Core's back. Everything returned is a copy, secrets included. */
export class Store {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Registered domains, plugins, templates and users; may be changed. */
  get catalogue(): Catalogue {
    return this.#vault.catalogue;
  }

  /** Adds a device, or changes the attributes of the one with this hostname and ip. */
  addDevice(device: Place & DeviceAttributes): PamDevice {
    const { hostname, ip } = device;
    const isSame = (one: PamDevice): boolean => one.hostname === hostname && one.ip === ip;
    const known = this.#vault.devices.all().find(isSame) ?? this.#vault.devices.add(hostname, ip);
    for (const name of deviceAttributes) known[name] = device[name] ?? known[name];
    return { ...known };
  }

  devices(): PamDevice[] {
    return this.#vault.devices.all().map((device) => ({ ...device }));
  }

  seedCredential(seed: SeedCredential): CredentialView {
    const fresh = { ...this.#placed(seed), content: seed.content ?? null };
    const blocks = { fields: { ...seed.fields }, settings: structuredClone(seed.settings ?? {}) };
    return this.#finish(this.#vault.addCredential({ ...fresh, ...blocks }, granted(seed)), seed);
  }

  seedKey(seed: SeedKey): KeyView {
    const { privateKey = 'private', publicKey = 'public', passphrase = null, keyName = '', tags = '' } = seed;
    const material = { privateKey, publicKey, passphrase, keyName, tags, devices: seed.devices ?? [] };
    return this.#finish(this.#vault.addKey({ ...this.#placed(seed), ...material }, granted(seed)), seed);
  }

  records(): RecordView[] {
    return this.#vault.records().map((record) => this.#view(record));
  }

  credentials(): CredentialView[] {
    return this.#vault.credentials().map((record) => this.#view(record));
  }

  keys(): KeyView[] {
    return this.#vault.keys().map((record) => this.#view(record));
  }

  record(id: string): RecordView | undefined {
    const record = this.#vault.record(id);
    return record && this.#view(record);
  }

  credential(identifier: string): CredentialView | undefined {
    return this.credentials().find((record) => record.identifier === identifier);
  }

  key(identifier: string): KeyView | undefined {
    return this.keys().find((record) => record.identifier === identifier);
  }

  /** Open custody entries; a client that never reads secrets leaves none. */
  custody(): Custody[] {
    return this.#vault.custody();
  }

  /** Takes custody as a person at the user interface would. */
  takeCustody(id: string, authorization: string): void {
    this.#vault.takeCustody(this.#need(id).id, authorization);
  }

  /** PAM Core's own rotation of a password; returns the new one. Keys get a new `change` only. */
  rotate(id: string): string | undefined {
    const record = this.#need(id);
    if (record.kind === 'key') {
      record.contentVersion += 1;
      this.#vault.touch(record, true);
      return undefined;
    }
    rotateCredential(this.#vault, record);
    return record.content ?? undefined;
  }

  administratorDisables(id: string): void {
    this.#setEnabled(id, false);
  }

  administratorEnables(id: string): void {
    this.#setEnabled(id, true);
  }

  /** An edit at the user interface: another identifier or username; `change` moves. */
  administratorRenames(id: string, names: { identifier?: string | null; username?: string }): void {
    const record = Object.assign(this.#need(id), names);
    this.#vault.touch(record, true);
  }

  /** Lets an authorization use the record. */
  grant(id: string, label: string): void {
    const record = this.#need(id);
    if (record.grantedTo !== 'everyone') record.grantedTo.add(label);
  }

  /** Takes the record away from an authorization; `others` keep it where it was granted to everyone. */
  revoke(id: string, label: string, others: readonly string[] = []): void {
    const record = this.#need(id);
    if (record.grantedTo === 'everyone') record.grantedTo = new Set(others);
    record.grantedTo.delete(label);
  }

  isGranted(id: string, label: string): boolean {
    return isGranted(this.#need(id), label);
  }

  /** Makes a record vanish, as a restore from an older backup does. */
  forget(id: string): void {
    this.#vault.remove(this.#need(id).id);
  }

  /** Sets `change` to any text, such as an earlier time after a restore. */
  setChange(id: string, change: string): void {
    const record = this.#need(id);
    record.change = change;
    this.#vault.touch(record, false);
  }

  #setEnabled(id: string, enabled: boolean): void {
    const record = this.#need(id);
    record.enabled = enabled;
    this.#vault.touch(record, this.#vault.switches.changeMovesOnToggle);
  }

  #placed(seed: SeedBase): { identifier: string | null; username: string; deviceId: string } {
    const device = this.addDevice({ hostname: seed.hostname, ip: seed.ip });
    const identifier = seed.identifier === undefined ? this.#vault.newIdentifier() : seed.identifier;
    return { identifier, username: seed.username ?? 'usr', deviceId: device.id };
  }

  #finish<Kind extends PamRecord>(record: Kind, seed: SeedBase): Kind & Place {
    record.enabled = seed.enabled ?? true;
    record.expiration = seed.expiration ?? null;
    this.#vault.touch(record, false);
    return this.#view(record);
  }

  #view<Kind extends PamRecord>(record: Kind): Kind & Place {
    const { hostname, ip } = this.#vault.deviceOf(record);
    return { ...structuredClone(record), hostname, ip };
  }

  #need(id: string): PamRecord {
    const record = this.#vault.record(id);
    if (record === undefined) throw new Error(`no record with id ${id}`);
    return record;
  }
}

function granted({ grantedTo = 'everyone' }: SeedBase): PamRecord['grantedTo'] {
  return grantedTo === 'everyone' ? grantedTo : new Set(grantedTo);
}
