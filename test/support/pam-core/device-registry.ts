export interface PamDevice {
  readonly id: string;
  hostname: string;
  ip: string;
  enabled: boolean;
  model: string;
  type: string;
  vendor: string;
  site: string;
  device_domain: string;
  device_tags: string;
  connectivities: string;
  session_remote_config: string;
}

/** The attributes that a POST of a device, and also a POST of a credential on it, may change. */
export const deviceAttributes = [
  'model',
  'type',
  'vendor',
  'site',
  'device_domain',
  'device_tags',
  'connectivities',
  'session_remote_config',
] as const;

type DeviceAttribute = (typeof deviceAttributes)[number];
export type DeviceAttributes = Partial<Record<DeviceAttribute, string>>;

/** The devices of the vault, with ids of their own. */
export class DeviceRegistry {
  readonly #devices = new Map<string, PamDevice>();
  #nextId = 1;

  add(hostname: string, ip: string, attributes: DeviceAttributes = {}): PamDevice {
    const id = String(this.#nextId++);
    const empty = { model: '', type: '', vendor: '', site: '' };
    const blank = { device_domain: '', device_tags: '', connectivities: '', session_remote_config: '' };
    const device = { id, hostname, ip, enabled: true, ...empty, ...blank, ...attributes };
    this.#devices.set(id, device);
    return device;
  }

  all(): PamDevice[] {
    return [...this.#devices.values()];
  }

  get(id: string): PamDevice | undefined {
    return this.#devices.get(id);
  }

  byHostname(hostname: string, same: (a: string, b: string) => boolean): PamDevice | undefined {
    return this.all().find((device) => same(device.hostname, hostname));
  }
}
