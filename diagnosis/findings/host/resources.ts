/** What a resource of Talos says is wrong. */
export interface ResourceFault {
  readonly kind: 'volume' | 'machine' | 'diagnostic';
  readonly id: string;
  readonly message: string;
  /** When Talos last wrote it, in milliseconds since the epoch. */
  readonly at: number | null;
}

/** What is longer than this is no answer about a few resources. */
const MOST_TEXT = 256 * 1024;

/** The value of the first `key: value` of that name, without quotes; null where there is none. */
function valueOf(document: string, key: string): string | null {
  const found = new RegExp(String.raw`^[ -]{0,12}${key}: (.{1,1000})$`, 'm').exec(document)?.[1]?.trim();
  if (found === undefined) return null;
  return /^(['"])(.*)\1$/.exec(found)?.[2] ?? found;
}

/**
 * Reads `talosctl get <resource> -o yaml` of the three kinds that report a failure although the call succeeds. Their documents have
 * few keys, each on a line of its own; a YAML reader would make the status page's program by a fifth larger.
 */
export function resourceFaults(stdout: string): ResourceFault[] {
  if (stdout.length > MOST_TEXT) return [];
  return stdout.split(/^(?:---|(?=node: ))/m).flatMap((document): ResourceFault[] => {
    const type = valueOf(document, 'type') ?? '';
    const id = valueOf(document, 'id') ?? '';
    const updated = Date.parse(valueOf(document, 'updated') ?? '');
    const at = Number.isNaN(updated) ? null : updated;
    const spec = document.slice(Math.max(0, document.search(/^spec:/m)));
    if (/^VolumeStatuses\./i.test(type)) {
      if (valueOf(spec, 'phase') !== 'failed') return [];
      const why = valueOf(spec, 'errorMessage') ?? 'no reason is given';
      return [{ kind: 'volume', id, message: `volume ${id} failed: ${why}`, at }];
    }
    if (/^MachineStatuses\./i.test(type)) {
      if (valueOf(spec, 'ready') !== 'false') return [];
      const names = [...spec.matchAll(/- name: (\S{1,60})\s+reason: (.{1,300})$/gm)].map(
        (one) => `${one[1]}: ${one[2]}`,
      );
      const stage = valueOf(spec, 'stage') ?? 'unknown';
      return [{ kind: 'machine', id, message: `the machine is ${stage} and not ready: ${names.join('; ')}`, at }];
    }
    if (/^Diagnostics?\./i.test(type)) {
      const message = valueOf(spec, 'message');
      return message === null ? [] : [{ kind: 'diagnostic', id, message: `${id}: ${message}`, at }];
    }
    return [];
  });
}
