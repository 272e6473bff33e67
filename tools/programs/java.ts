import type { Program } from '../program.ts';

/** Programs that come as jars. */
export const javaPrograms = [
  {
    id: 'temporal-test-server',
    purpose: 'is the Temporal server that skips time, for tests',
    version: '1.38.0',
    groups: ['tests'],
    executable: 'temporal-test-server',
    build: { kind: 'maven', folder: 'tools/java/temporal-test-server' },
    minutes: 0.5,
    homepage: 'https://central.sonatype.com/artifact/io.temporal/temporal-test-server',
  },
] as const satisfies readonly Program[];
