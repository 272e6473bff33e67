import { PORTS, VENDOR_IMAGES } from '../../model/appliance.ts';
import { collaborationImageOf } from '../../model/collaboration.ts';
import { INPUTS, written } from '../../model/inputs.ts';
import type { PhaseId } from '../../model/phases.ts';
import { PHASES } from '../../model/phases.ts';
import { imageReference } from '../../model/release.ts';
import type { InstallSpec } from '../../model/site.ts';
import { imageOf } from '../../model/vendor-images.ts';
import { paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { hang } from '../terminal/text.ts';

/** What an install does in a phase, for this spec, in words that a person can check. */
const WORK: Record<PhaseId, (spec: InstallSpec) => string[]> = {
  preflight: (spec) => [
    'check this machine, the node, the release, the Git branch and the image tags; touch nothing',
    ...(spec.skipImageTagValidation ? ['image tags are not checked (--skip-image-tag-validation)'] : []),
  ],
  host: (spec) =>
    spec.existingCluster.kubeconfig
      ? [`go on with the cluster of ${spec.existingCluster.kubeconfig}; no machine configuration is made`]
      : [
          `make key material and the machine configuration of ${spec.hostname} once, unless they are there already`,
          `install Talos ${spec.release.talos.version} on ${spec.installDisk} of ${spec.nodeIp} (${networkOf(spec)})`,
          `bootstrap Kubernetes ${spec.release.kubernetes.version} once and fetch its kubeconfig`,
        ],
  storage: (spec) => [
    ...(spec.mode === 'fresh'
      ? [
          'on a node with an earlier appliance of this site: wipe its application data, after every check' +
            (spec.wipeConfirmed ? '' : ' and only with consent (--yes, or the typed name)'),
        ]
      : ['keep all data and credentials']),
    'install the local-path provisioner and test it with a small volume',
  ],
  gitops: (spec) => [
    `install Flux ${spec.release.flux.version}`,
    ...(spec.dnsServers.length > 0 ? [`point CoreDNS at ${spec.dnsServers.join(', ')}`] : []),
  ],
  identity: () => ['create namespaces, the authentication key and the token of the status page; keep what exists'],
  release: (spec) => [
    `select release ${spec.release.releaseVersion}, profile ${spec.profile}`,
    ...(spec.prepullImages ? ['have the node pull the images'] : []),
    `have Flux follow ${spec.repo.url}, branch ${spec.repo.branch}, folder ${spec.repo.path}`,
  ],
  'status-page': (spec) => [`wait for the status page on http://${spec.nodeIp}:8080/`],
  core: () => ['wait for database, Redis and PgBouncer'],
  bootstrap: () => ['wait for the database setup'],
  login: (spec) => [`wait until ${spec.appUrl} answers for 30 s`],
  background: (spec) => [
    'wait for the background services; their failures do not stop the install',
    ...(spec.collaboration ? [`collaborative editing is one of them, on port ${PORTS.collaboration} of the node`] : []),
  ],
  finish: () => ['write the report; a later start recovers'],
};

function networkOf({ network, interface: name }: InstallSpec): string {
  const link = name ?? 'the interface that Talos chooses';
  return network.mode === 'dhcp' ? `DHCP on ${link}` : `${network.address} via ${network.gateway} on ${link}`;
}

/** One file that an install writes. */
export interface PlannedFile {
  readonly path: string;
  readonly what: string;
  /** It exists: it is kept or written anew. */
  readonly state: 'new' | 'kept' | 'rewritten';
}

/** The plan as a document: `start --dry-run -o json`. */
export interface Plan {
  readonly siteId: string;
  readonly mode: InstallSpec['mode'];
  readonly nodeIp: string;
  readonly release: string;
  readonly specDigest: string;
  /** What was ordered, as flags: what nobody said and has no default is left out. */
  readonly inputs: readonly { flag: string; value: string }[];
  readonly phases: readonly { id: PhaseId; title: string; work: string[] }[];
  readonly images: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly warnings: readonly string[];
}

/** Takes a spec, its digest, the files and warnings, gives the plan. */
export function planOf(
  spec: InstallSpec,
  specDigest: string,
  files: readonly PlannedFile[],
  warnings: readonly string[],
): Plan {
  return {
    siteId: spec.siteId,
    mode: spec.mode,
    nodeIp: spec.nodeIp,
    release: spec.release.releaseVersion,
    specDigest,
    inputs: inputsOf(spec),
    phases: PHASES.map(({ id, title }) => ({ id, title, work: WORK[id](spec) })),
    images: [
      ...VENDOR_IMAGES.map((key) => imageOf(spec, key)),
      ...[collaborationImageOf(spec)].filter((image) => image !== null),
    ].map(imageReference),
    files,
    warnings,
  };
}

function inputsOf(spec: InstallSpec): Plan['inputs'] {
  return INPUTS.flatMap((input) => {
    const value = written(input, spec) ?? '';
    const saysNothing = value === '' || (input.kind === 'switch' && value === 'false');
    return saysNothing ? [] : [{ flag: `--${input.flag}`, value }];
  });
}

/** Takes a plan, gives it as a person reads it. */
export function planLines(style: Style, plan: Plan): string[] {
  const flagWidth = Math.max(...plan.inputs.map(({ flag }) => flag.length));
  const width = Math.max(...plan.files.map(({ path }) => path.length), 0);
  return [
    paint(style, 'strong', `Plan for site ${plan.siteId} on ${plan.nodeIp}: release ${plan.release}, ${plan.mode}`),
    ...plan.phases.flatMap(({ title, work }, index) => [
      '',
      `${String(index + 1).padStart(2)}. ${title}`,
      ...work.flatMap((line) => hang(style, `    ${symbol(style, 'bullet')} `, line)),
    ]),
    '',
    paint(style, 'strong', 'Inputs'),
    ...plan.inputs.map(({ flag, value }) => `    ${flag.padEnd(flagWidth)}  ${value}`),
    '',
    paint(style, 'strong', 'Images'),
    ...plan.images.map((image) => `    ${image}`),
    '',
    paint(style, 'strong', 'Files on this machine'),
    ...plan.files.map(({ path, what, state }) => `    ${path.padEnd(width)}  ${state.padEnd(9)}  ${what}`),
    ...(plan.warnings.length > 0 ? ['', paint(style, 'warn', 'Warnings')] : []),
    ...plan.warnings.flatMap((line) => hang(style, `    ${symbol(style, 'warning')} `, line)),
    '',
    'Nothing was touched and nothing was started.',
  ];
}
