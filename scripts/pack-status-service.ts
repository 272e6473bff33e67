import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = resolve(import.meta.dirname, '..');
const TARGET = join(ROOT, 'flux/base/appliance-status');

/** A ConfigMap holds one mebibyte; some is left for its metadata. */
const LIMIT = 1_000_000;

/** Byte 9 of a gzip header names the operating system (RFC 1952): 255, unknown, makes the same file everywhere. */
const OS_BYTE = 9;

/** Takes the status page's built program, gives what the Flux tree carries of it, by file name. */
export function packStatusService(program: Buffer): Map<string, Buffer> {
  const packed = gzipSync(program, { level: 9 });
  packed[OS_BYTE] = 255;
  if (packed.length > LIMIT) {
    throw new Error(
      `the status page's program is ${packed.length} bytes packed and a ConfigMap takes ${LIMIT}: make it smaller`,
    );
  }
  const checksum = createHash('sha256').update(packed).digest('hex').slice(0, 16);
  return new Map([
    ['status-service.mjs.gz', packed],
    ['program.yaml', Buffer.from(patch(checksum))],
  ]);
}

const patch = (checksum: string) => `# Written by scripts/pack-status-service.ts: a new program restarts the page.
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: appliance-status
  namespace: alga-system
spec:
  values:
    program:
      checksum: '${checksum}'
`;

/** `node scripts/pack-status-service.ts` takes dist/status-service.mjs into the Flux tree. */
if (import.meta.main) {
  for (const [name, content] of packStatusService(readFileSync(join(ROOT, 'dist/status-service.mjs')))) {
    writeFileSync(join(TARGET, name), content);
    console.log(`flux/base/appliance-status/${name}: ${content.length} bytes`);
  }
}
