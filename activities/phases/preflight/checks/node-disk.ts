import type { TalosDisk } from '../../../ports/talos.ts';
import { blockerFor } from '../../../stop.ts';
import { accessOf, failed, passed, skipped, warned } from '../check.ts';
import type { Check, Look } from '../check.ts';
import { advise, anew, holeFor, named, run } from '../../../../model/advice.ts';

const GB = 1_000_000_000;
/**
 * Ours, from what an appliance holds: Talos' own partitions (3 GB), about 15 GB of unpacked images and as much again while they
 * are replaced; below 40 GB the kubelet evicts pods before the first attachment is stored. 100 GB leave room for a database.
 */
const LEAST_BYTES = 40 * GB;
const GOOD_BYTES = 100 * GB;

/** The install disk is on the node, can be written and is large enough. An installed node keeps the disk it has. */
export const nodeDisk: Check = {
  id: 'node-disk',
  title: 'The install disk',
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { spec, ports, signal } = look;
    const access = await accessOf(look);
    if (!access) return skipped('the node cannot be reached');
    if (access.target) return skipped('the node is already installed');
    const disks = await ports.talos.disks(spec.nodeIp, null, signal);
    const disk = disks.find(
      ({ device, symlinks }) => device === spec.installDisk || symlinks?.includes(spec.installDisk),
    );
    if (!disk) return failed(notThere(look, disks));
    const size = `${spec.installDisk} has ${Math.round(disk.sizeBytes / GB)} GB${disk.model && ` (${disk.model})`}`;
    if (disk.readOnly) return failed(unfit(look, `${spec.installDisk} is read-only; Talos cannot be installed on it.`));
    if (disk.sizeBytes < LEAST_BYTES) return failed(unfit(look, `${size}; an appliance needs ${LEAST_BYTES / GB} GB.`));
    if (disk.sizeBytes < GOOD_BYTES) {
      return warned(unfit(look, `${size}; ${GOOD_BYTES / GB} GB leave room for a growing database.`));
    }
    return passed(size);
  },
};

function notThere(look: Look, disks: readonly TalosDisk[]) {
  const { nodeIp, installDisk } = look.spec;
  const usable = disks.filter((disk) => !disk.readOnly);
  const listed = usable.map(({ device, sizeBytes }) => `${device} (${Math.round(sizeBytes / GB)} GB)`).join(', ');
  const message = `the node has ${listed || 'no writable disk'}`;
  return blockerFor(look, 'talos-disk-not-found', {
    component: 'talos',
    object: `node ${nodeIp}`,
    facts: { disk: installDisk },
    reason: `The install disk ${installDisk} does not exist on the node: ${message}.`,
    evidence: [
      { source: 'talosctl get disks', object: `node ${nodeIp}`, message, at: look.ports.clock.now().toISOString() },
    ],
  });
}

function unfit(look: Look, reason: string) {
  return blockerFor(look, 'insufficient-resources', {
    component: 'talos',
    object: `node ${look.spec.nodeIp}`,
    reason,
    advice: advise`Give the machine a larger, writable disk, or choose another one: ${anew('--fresh', '--install-disk', holeFor('disk'))}; ${run('talosctl', 'get', 'disks', '--insecure', '-n', named(look.spec.nodeIp, 'node-ip'))} lists its disks.`,
  });
}
