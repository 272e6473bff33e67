import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildStatusService } from './build.ts';

const TARGET = resolve(import.meta.dirname, '../flux/base/appliance-status');

/** A ConfigMap holds one mebibyte, in all (Kubernetes, "ConfigMaps"); some is left for its metadata. */
const LIMIT = 1_000_000;

/** The files of the Flux tree that carry the built program, by file name. */
export function packStatusService(program: string): Map<string, string> {
  const bytes = Buffer.byteLength(program);
  if (bytes > LIMIT) {
    throw new Error(`the status page's program is ${bytes} bytes and a ConfigMap takes ${LIMIT}: make it smaller`);
  }
  const checksum = createHash('sha256').update(program).digest('hex').slice(0, 16);
  return new Map([
    ['status-service.mjs', program],
    ['program.yaml', patch(checksum)],
  ]);
}

const patch = (checksum: string) => `# Written by \`npm run generate\`: a new program restarts the page.
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

/** `node scripts/pack-status-service.ts` builds the program and takes it into the Flux tree. */
if (import.meta.main) {
  for (const [name, content] of packStatusService(await buildStatusService())) {
    writeFileSync(join(TARGET, name), content);
    console.log(`flux/base/appliance-status/${name}: ${Buffer.byteLength(content)} bytes`);
  }
}
