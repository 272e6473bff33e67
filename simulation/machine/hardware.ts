import type { TalosDisk, TalosLink } from '../../activities/ports/talos.ts';

/** The simulated machine's disks: the one that an install takes by default, and a stick it was booted from. */
export const DISKS: readonly TalosDisk[] = [
  { device: '/dev/sda', sizeBytes: 256_060_514_304, model: 'SIMULATED SSD', readOnly: false },
  { device: '/dev/sdb', sizeBytes: 8_053_063_680, model: 'SIMULATED STICK', readOnly: true },
];

/** The simulated machine's network links, at the address under which it was reached. */
export function linksAt(nodeIp: string): TalosLink[] {
  const prefix = nodeIp.includes(':') ? 64 : 24;
  return [
    { name: 'lo', up: true, hardwareAddress: '', physical: false, addresses: ['127.0.0.1/8'] },
    {
      name: 'eth0',
      up: true,
      hardwareAddress: '02:00:00:00:00:10',
      physical: true,
      addresses: [`${nodeIp}/${prefix}`],
    },
  ];
}
