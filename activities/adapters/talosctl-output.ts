import { z } from 'zod';
import type { TalosDisk, TalosLink, TalosService } from '../ports/talos.ts';

/** Talos' resources as `talosctl get -o json` prints them; the fields are those of pkg/machinery/resources, v1.12. */
const disk = z.object({
  spec: z.object({
    dev_path: z.string(),
    size: z.number(),
    readonly: z.boolean().default(false),
    cdrom: z.boolean().default(false),
    model: z.string().default(''),
    symlinks: z.array(z.string()).default([]),
  }),
});
const link = z.object({
  metadata: z.object({ id: z.string() }),
  spec: z.object({
    type: z.string(),
    kind: z.string().default(''),
    operationalState: z.string().default('unknown'),
    linkState: z.boolean().default(false),
    hardwareAddr: z.string().default(''),
  }),
});
const address = z.object({ spec: z.object({ address: z.string(), linkName: z.string() }) });
const resolver = z.object({ spec: z.object({ dnsServers: z.array(z.string()).default([]) }) });
const timeServer = z.object({ spec: z.object({ timeServers: z.array(z.string()).default([]) }) });

const machineConfig = z.object({ spec: z.string() });

/** Input: the output of `talosctl get … -o json`, one indented JSON object after the other. Throws if it is not. */
export function jsonDocuments(stdout: string): unknown[] {
  return stdout
    .split(/^(?=\{)/m)
    .filter((text) => text.trim() !== '')
    .map((text): unknown => JSON.parse(text));
}

/** The configuration is a string of YAML inside the resource (MachineConfig.MarshalYAML of Talos v1.12). Holds every key. */
export function machineConfigIn(stdout: string): string {
  return machineConfig.parse(jsonDocuments(stdout)[0]).spec;
}

export function disksIn(stdout: string): TalosDisk[] {
  return z
    .array(disk)
    .parse(jsonDocuments(stdout))
    .map(({ spec }) => ({
      device: spec.dev_path,
      sizeBytes: spec.size,
      model: spec.model,
      readOnly: spec.readonly || spec.cdrom,
      symlinks: spec.symlinks,
    }));
}

/** A physical link is Ethernet of no further kind, as Talos' own `physical` selector has it (LinkStatusSpec.Physical). */
export function linksIn(links: string, addresses: string): TalosLink[] {
  const held = z.array(address).parse(jsonDocuments(addresses));
  return z
    .array(link)
    .parse(jsonDocuments(links))
    .map(({ metadata, spec }) => ({
      name: metadata.id,
      up: spec.operationalState === 'up' || spec.linkState,
      hardwareAddress: spec.hardwareAddr,
      physical: spec.type === 'ether' && spec.kind === '',
      addresses: held.filter((item) => item.spec.linkName === metadata.id).map((item) => item.spec.address),
    }));
}

export function resolversIn(stdout: string): string[] {
  return z
    .array(resolver)
    .parse(jsonDocuments(stdout))
    .flatMap(({ spec }) => spec.dnsServers);
}

export function timeServersIn(stdout: string): string[] {
  return z
    .array(timeServer)
    .parse(jsonDocuments(stdout))
    .flatMap(({ spec }) => spec.timeServers);
}

/** Columns are separated by at least three spaces (tabwriter, padding 3). */
export function servicesIn(stdout: string): TalosService[] {
  return stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s{3,}/))
    .filter((columns) => columns.length >= 4)
    .map(([, id = '', state = '', health = '', , message = '']) => ({
      id,
      state,
      healthy: health === '?' ? null : health === 'OK',
      message,
    }));
}

/** The tag below `Client:` or `Server:`; null if there is none. */
export function versionIn(stdout: string, part: 'Client' | 'Server'): string | null {
  const section = stdout.split(/^(?=Client:|Server:)/m).find((text) => text.startsWith(`${part}:`));
  return section?.match(/^\s*Tag:\s*(\S+)/m)?.[1] ?? section?.match(/^\s*(?:Talos )?(v\d+\.\d+\.\d+\S*)/m)?.[1] ?? null;
}

/** NODE-TIME (Go's default layout); null if there is none. */
export function nodeTimeIn(stdout: string): Date | null {
  const match = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?\d* \+0000 UTC/.exec(stdout);
  if (!match) return null;
  return new Date(`${match[1]}T${match[2]}${match[3] ?? ''}Z`);
}
