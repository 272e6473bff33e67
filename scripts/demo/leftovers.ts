/** What a demo has left on this machine. Null: that part is not there. */
export interface Leftovers {
  readonly lab: LeftLab | null;
  /** The local Temporal server and the worker, in the folder of all sites of the demo. */
  readonly background: Background;
  /** Folders that the next run takes from; null where one is not there. */
  readonly cache: { readonly programs: string | null; readonly images: string | null };
}

export interface LeftLab {
  readonly name: string;
  readonly folder: string;
  /** The process that holds the lab up; null when it has ended, and only files, mounts or networks are left. */
  readonly supervisor: number | null;
  /** Null while the lab is coming up. */
  readonly machine: { readonly address: string; readonly registry: string; readonly git: string } | null;
}

export interface Background {
  /** What `--config-dir` is given. */
  readonly home: string;
  /** Whether there are files. */
  readonly exists: boolean;
  readonly server: { readonly pid: number; readonly address: string } | null;
  readonly worker: { readonly pid: number } | null;
}

/** What `npm run demo` says last, however it ended: what runs, what lies where, and the commands that end and remove it. */
export function leftoverLines({ lab, background, cache }: Leftovers): string[] {
  const { home, exists, server, worker } = background;
  const running = [
    ...(lab?.supervisor ? [`Lab             supervisor process ${lab.supervisor}${labParts(lab)}`] : []),
    ...(server ? [`Temporal server process ${server.pid}, ${server.address}`] : []),
    ...(worker ? [`Worker          process ${worker.pid}`] : []),
  ];
  const isInside = lab !== null && home.startsWith(`${lab.folder}/`);
  const files = [
    ...(lab ? [`Lab             ${lab.folder}`] : []),
    ...(exists ? [`Demo site       ${home}`] : []),
    ...(cache.programs ? [`Programs        ${cache.programs} (for the next run)`] : []),
    ...(cache.images ? [`Images          ${cache.images} (for the next run)`] : []),
  ];
  const seen = [
    ...(lab ? [`npm run lab -- status --name ${lab.name}`] : []),
    ...(exists ? [`bin/appliance-client worker status --config-dir ${home}`] : []),
  ];
  const stop = [
    ...(lab ? [`npm run lab -- down --name ${lab.name}    # all of it, except programs and images`] : []),
    ...(!isInside && (server || worker) ? [`bin/appliance-client worker stop --config-dir ${home}`] : []),
    ...(!isInside && exists ? [`rm -r ${home}`] : []),
  ];
  const headed = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
  return [
    '',
    ...(running.length === 0 ? ['Nothing of this demo is running.'] : headed('Still running:', running)),
    ...headed('Files:', files),
    ...headed('Inspect it:', seen),
    ...headed('Stop and remove it, in this order:', stop),
  ];
}

function labParts({ machine }: LeftLab): string {
  if (machine === null) return ', coming up';
  return `; node ${machine.address}, registry ${machine.registry}, Git server ${machine.git}`;
}
