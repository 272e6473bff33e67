/** How a field is written on the command line: one text, a comma-separated list, one of a few words, or a mere switch. */
export type FieldKind = 'text' | 'list' | 'choice' | 'switch';

/** One input of an install: where it may come from, how it is asked for, and where it stands in the spec. */
export interface Field {
  readonly key: FieldKey;
  /** The flag without its dashes. */
  readonly flag: string;
  /** What the flag takes, as shown in the help; absent for a switch. */
  readonly takes?: string;
  readonly kind: FieldKind;
  readonly choices?: readonly string[];
  readonly help: string;
  /** Asked on a terminal when nothing else gives a value. */
  readonly prompt?: string;
  /** Path in the install spec, by which a fault that the schema finds is led back to the flag. */
  readonly path: readonly string[];
  /** No environment variable: only the flag itself may choose. */
  readonly flagOnly?: boolean;
  /** What a simulated appliance takes when nobody says otherwise. */
  readonly simulated?: string;
}

export type FieldKey =
  | 'nodeIp'
  | 'clusterName'
  | 'hostname'
  | 'appUrl'
  | 'interface'
  | 'networkMode'
  | 'staticAddress'
  | 'staticGateway'
  | 'dnsServers'
  | 'ntpServers'
  | 'installDisk'
  | 'releaseVersion'
  | 'channel'
  | 'profile'
  | 'repoUrl'
  | 'repoBranch'
  | 'repoPath'
  | 'requireRemoteBranch'
  | 'fluxManifests'
  | 'kubeconfig'
  | 'talosconfig'
  | 'algaCoreTag'
  | 'workflowWorkerTag'
  | 'emailServiceTag'
  | 'temporalWorkerTag'
  | 'prepullImages'
  | 'skipImageTagValidation';

/**
 * Every input of an install. Precedence: flag, environment, site file, prompt (terminal only), default. The names of the
 * flags are those of the shell installer that this client replaces, wherever that had one.
 */
export const FIELDS: readonly Field[] = [
  {
    key: 'nodeIp',
    flag: 'node-ip',
    takes: 'ip',
    kind: 'text',
    help: 'address of the Talos node',
    prompt: 'IP address of the Talos node',
    path: ['nodeIp'],
    simulated: '192.0.2.10',
  },
  {
    key: 'hostname',
    flag: 'hostname',
    takes: 'name',
    kind: 'text',
    help: 'host name that the node gets (default: the site name)',
    prompt: 'Host name of the node',
    path: ['hostname'],
  },
  {
    key: 'clusterName',
    flag: 'cluster-name',
    takes: 'name',
    kind: 'text',
    help: 'name of the Talos cluster (default: alga-appliance)',
    path: ['clusterName'],
  },
  {
    key: 'appUrl',
    flag: 'app-url',
    takes: 'url',
    kind: 'text',
    help: 'where people open Alga PSA (default: http://<node-ip>:3000)',
    prompt: 'URL where people open Alga PSA',
    path: ['appUrl'],
  },
  {
    key: 'interface',
    flag: 'interface',
    takes: 'name',
    kind: 'text',
    help: 'network interface to configure (default: Talos chooses)',
    path: ['interface'],
  },
  {
    key: 'networkMode',
    flag: 'network-mode',
    takes: 'mode',
    kind: 'choice',
    choices: ['dhcp', 'static'],
    help: 'how the node gets its address (default: dhcp)',
    prompt: 'How does the node get its address?',
    path: ['network', 'mode'],
  },
  {
    key: 'staticAddress',
    flag: 'static-address',
    takes: 'cidr',
    kind: 'text',
    help: 'static address with its prefix length, such as 192.0.2.10/24',
    prompt: 'Static address with its prefix length, such as 192.0.2.10/24',
    path: ['network', 'address'],
  },
  {
    key: 'staticGateway',
    flag: 'static-gateway',
    takes: 'ip',
    kind: 'text',
    help: 'default gateway of a static network',
    prompt: 'Default gateway',
    path: ['network', 'gateway'],
  },
  {
    key: 'dnsServers',
    flag: 'dns-servers',
    takes: 'list',
    kind: 'list',
    help: 'name servers for Talos and CoreDNS, comma-separated (default: those of the network)',
    prompt: 'DNS servers, comma-separated (empty: those of the network)',
    path: ['dnsServers'],
  },
  {
    key: 'ntpServers',
    flag: 'ntp-servers',
    takes: 'list',
    kind: 'list',
    help: 'time servers, comma-separated (default: those of Talos)',
    path: ['ntpServers'],
  },
  {
    key: 'installDisk',
    flag: 'install-disk',
    takes: 'path',
    kind: 'text',
    help: 'disk that Talos is installed on (default: /dev/sda)',
    prompt: 'Disk that Talos is installed on',
    path: ['installDisk'],
  },
  {
    key: 'releaseVersion',
    flag: 'release-version',
    takes: 'version',
    kind: 'text',
    help: 'install exactly this release; `appliance-client releases list` shows them',
    path: ['release'],
  },
  {
    key: 'channel',
    flag: 'channel',
    takes: 'name',
    kind: 'choice',
    choices: ['stable', 'candidate', 'nightly'],
    help: 'install the release that this channel names (default: stable)',
    path: ['channel'],
  },
  {
    key: 'profile',
    flag: 'profile',
    takes: 'name',
    kind: 'text',
    help: "values profile (default: the release's)",
    path: ['profile'],
  },
  {
    key: 'repoUrl',
    flag: 'repo-url',
    takes: 'url',
    kind: 'text',
    help: 'Git repository that Flux follows (default: the remote "origin" of the current checkout)',
    prompt: 'Git repository that Flux follows',
    path: ['repo', 'url'],
    simulated: 'https://git.example.com/alga/appliance.git',
  },
  {
    key: 'repoBranch',
    flag: 'repo-branch',
    takes: 'branch',
    kind: 'text',
    help: 'branch that Flux follows; "current" is the branch checked out here (default: that of the channel or release)',
    path: ['repo', 'branch'],
  },
  {
    key: 'repoPath',
    flag: 'repo-path',
    takes: 'path',
    kind: 'text',
    help: 'folder in the repository (default: ./flux/profiles/<profile>)',
    path: ['repo', 'path'],
  },
  {
    key: 'requireRemoteBranch',
    flag: 'require-remote-branch',
    kind: 'switch',
    help: 'stop when the remote cannot be asked for the branch, instead of warning',
    path: ['requireRemoteBranch'],
  },
  {
    key: 'fluxManifests',
    flag: 'flux-manifests',
    takes: 'file',
    kind: 'text',
    help: "file with Flux's manifests, instead of a download",
    path: ['fluxManifests'],
  },
  {
    key: 'kubeconfig',
    flag: 'kubeconfig',
    takes: 'file',
    kind: 'text',
    help: 'go on with the existing cluster of this file; it is only read. An exported KUBECONFIG is ignored',
    path: ['existingCluster', 'kubeconfig'],
    flagOnly: true,
  },
  {
    key: 'talosconfig',
    flag: 'talosconfig',
    takes: 'file',
    kind: 'text',
    help: 'Talos credentials of that existing cluster; only read. An exported TALOSCONFIG is ignored',
    path: ['existingCluster', 'talosconfig'],
    flagOnly: true,
  },
  {
    key: 'algaCoreTag',
    flag: 'alga-core-tag',
    takes: 'tag',
    kind: 'text',
    help: "image tag of alga-core instead of the release's",
    path: ['imageTags', 'algaCore'],
  },
  {
    key: 'workflowWorkerTag',
    flag: 'workflow-worker-tag',
    takes: 'tag',
    kind: 'text',
    help: "image tag of workflow-worker instead of the release's",
    path: ['imageTags', 'workflowWorker'],
  },
  {
    key: 'emailServiceTag',
    flag: 'email-service-tag',
    takes: 'tag',
    kind: 'text',
    help: "image tag of email-service instead of the release's",
    path: ['imageTags', 'emailService'],
  },
  {
    key: 'temporalWorkerTag',
    flag: 'temporal-worker-tag',
    takes: 'tag',
    kind: 'text',
    help: "image tag of temporal-worker instead of the release's",
    path: ['imageTags', 'temporalWorker'],
  },
  {
    key: 'prepullImages',
    flag: 'prepull-images',
    kind: 'switch',
    help: 'have the node pull the images before Flux needs them',
    path: ['prepullImages'],
  },
  {
    key: 'skipImageTagValidation',
    flag: 'skip-image-tag-validation',
    kind: 'switch',
    help: 'do not ask the registry whether the image tags exist',
    path: ['skipImageTagValidation'],
  },
];

/** Takes a field, gives its environment variable, or null where only the flag may choose. */
export function variableOf(field: Field): string | null {
  return field.flagOnly ? null : `ALGA_APPLIANCE_${field.flag.toUpperCase().replaceAll('-', '_')}`;
}

/** Takes a key, gives its field. */
export function fieldOf(key: FieldKey): Field {
  const field = FIELDS.find((candidate) => candidate.key === key);
  if (!field) throw new Error(`no field ${key}`);
  return field;
}

/** Takes the path of a fault in the spec, gives the field that it belongs to: the one with the longest common path. */
export function fieldAt(path: readonly PropertyKey[]): Field | undefined {
  const fits = FIELDS.filter((field) => field.path.every((part, index) => path[index] === part));
  return fits.toSorted((one, other) => other.path.length - one.path.length)[0];
}

/** Fields that a running install can be told otherwise (`appliance-client set`), as the model's `inputChange` allows. */
export const CHANGEABLE: readonly FieldKey[] = [
  'dnsServers',
  'ntpServers',
  'repoBranch',
  'algaCoreTag',
  'workflowWorkerTag',
  'emailServiceTag',
  'temporalWorkerTag',
  'skipImageTagValidation',
];
