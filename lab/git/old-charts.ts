import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Charts as older releases had them: each is an edit of this checkout's, in the folder that is given. */
export type OldChart = keyof typeof EDITS;

interface Edit {
  readonly file: string;
  /** Replaced at its only place; a chart that has moved on is a fault here, not a fault less. */
  readonly from: string;
  readonly to: string;
}

const EDITS = {
  /** The database's folder is a link to a disk that is not there any more, so that the kubelet cannot make it. */
  'data-folder': [
    {
      file: 'charts/alga-core/templates/postgres.yaml',
      from: 'mkdir -p /volume/data && chmod 0700 /volume/data',
      to: 'ln -sfn /mnt/second-disk/postgres /volume/postgres',
    },
    { file: 'charts/alga-core/templates/postgres.yaml', from: 'subPath: data', to: 'subPath: postgres' },
  ],
  /** The seeds are searched for where the image does not have them. */
  seeds: [
    {
      file: 'charts/alga-core/templates/bootstrap.yaml',
      from: '{{ .Values.bootstrap.seedsDir | quote }}',
      to: '/app/server/seeds/production',
    },
  ],
  /** Temporal's server starts without its schema. */
  'temporal-schema': [
    {
      file: 'charts/temporal/templates/server.yaml',
      from: '[/etc/temporal/entrypoint.sh, autosetup]',
      to: '[/etc/temporal/entrypoint.sh]',
    },
  ],
  /** Every Service of the namespace is in the environment of Temporal's programs. */
  'service-links': [
    { file: 'charts/temporal/templates/_common.tpl', from: 'enableServiceLinks: false\n', to: '' },
    // Its port under this name is the chart's own setting; older ones left it to the program.
    {
      file: 'charts/temporal/templates/ui.yaml',
      from: '            - name: TEMPORAL_UI_PORT\n              value: {{ .Values.ui.port | quote }}\n',
      to: '',
    },
  ],
} as const satisfies Record<string, readonly Edit[]>;

/** Makes one chart of a checkout as an older release had it. @throws Error when the chart has moved on */
export async function makeOld(chart: OldChart, checkout: string): Promise<void> {
  for (const { file, from, to } of EDITS[chart]) {
    const at = path.join(checkout, file);
    const text = await readFile(at, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold just once: ${from}`);
    await writeFile(
      at,
      text.replace(from, () => to),
    );
  }
}
