import type { Activities } from '../../activities/index.ts';
import type { PhaseId } from '../../model/phases.ts';
import type { OrderFacts } from '../../model/order.ts';

export type StepName = keyof Activities;

/** `quick`: an answer is there in seconds. `apply`: writes to the outside. `wait`: hours are normal. */
export type ProfileName = 'quick' | 'apply' | 'wait';

export interface Step {
  readonly activity: StepName;
  /** What a person reads while it runs. */
  readonly title: string;
  readonly profile: ProfileName;
  /** Run only when it is asked for. The activity reads the inputs itself and does no more than they say. */
  readonly when?: (order: OrderFacts) => boolean;
  /** Is told how the phases went. */
  readonly reportsOnPhases?: true;
  /** Is told when a person had it tried again: it does then what must not be done in a loop. */
  readonly heedsRetry?: true;
}

export interface Phase {
  readonly id: PhaseId;
  readonly steps: readonly Step[];
  /** `park` (the rule): a blocker stops the phase here. `record`: it becomes a warning and the next phase begins. */
  readonly onBlocked: 'park' | 'record';
}

/**
 * The way of one install, in order. Ids and titles stand in the model, the work in the activities of these names. Which steps
 * run again for a changed input stands at the input (model/inputs.ts).
 */
export const INSTALL_PHASES: readonly Phase[] = [
  {
    id: 'preflight',
    onBlocked: 'park',
    steps: [
      { activity: 'checkEverything', title: 'check inputs, machine, release, branch and images', profile: 'apply' },
    ],
  },
  {
    id: 'host',
    onBlocked: 'park',
    steps: [
      { activity: 'reachNode', title: 'reach the node', profile: 'quick' },
      { activity: 'configureNode', title: 'hand the node its configuration', profile: 'apply' },
      { activity: 'setNodeResolvers', title: "set the node's resolvers and time servers", profile: 'apply' },
      { activity: 'awaitSecureApi', title: 'wait for the installed node', profile: 'wait' },
      { activity: 'bootstrapEtcd', title: 'start etcd', profile: 'apply' },
      { activity: 'fetchKubeconfig', title: 'fetch the kubeconfig', profile: 'apply' },
      { activity: 'awaitNode', title: 'wait for the node to be Ready', profile: 'wait' },
    ],
  },
  {
    id: 'storage',
    onBlocked: 'park',
    steps: [
      {
        activity: 'wipeApplicationData',
        title: 'wipe application data of an earlier install',
        profile: 'wait',
        when: ({ mode }) => mode === 'fresh',
      },
      { activity: 'provisionStorage', title: 'storage and its test', profile: 'wait' },
    ],
  },
  {
    id: 'gitops',
    onBlocked: 'park',
    steps: [
      { activity: 'installFlux', title: 'install Flux', profile: 'wait' },
      {
        activity: 'setClusterDns',
        title: "set the cluster's resolvers",
        profile: 'apply',
        when: ({ clusterDns }) => clusterDns,
      },
    ],
  },
  {
    id: 'identity',
    onBlocked: 'park',
    steps: [
      { activity: 'createNamespaces', title: 'namespaces', profile: 'apply' },
      { activity: 'createSecrets', title: 'secrets', profile: 'apply' },
    ],
  },
  {
    id: 'release',
    onBlocked: 'park',
    steps: [
      { activity: 'selectRelease', title: 'select the release', profile: 'apply' },
      {
        activity: 'prepullImages',
        title: 'pull images beforehand',
        profile: 'wait',
        when: (order) => order.prepullImages,
      },
      { activity: 'connectSource', title: 'connect Flux to the Git source', profile: 'wait' },
    ],
  },
  {
    id: 'status-page',
    onBlocked: 'record',
    steps: [{ activity: 'awaitStatusPage', title: 'wait for the status page', profile: 'wait' }],
  },
  {
    id: 'core',
    onBlocked: 'park',
    steps: [{ activity: 'awaitCore', title: 'wait for the core services', profile: 'wait' }],
  },
  {
    id: 'bootstrap',
    onBlocked: 'park',
    steps: [{ activity: 'awaitBootstrap', title: 'wait for the database setup', profile: 'wait', heedsRetry: true }],
  },
  { id: 'login', onBlocked: 'park', steps: [{ activity: 'awaitLogin', title: 'wait for the login', profile: 'wait' }] },
  {
    id: 'background',
    onBlocked: 'record',
    steps: [{ activity: 'awaitBackground', title: 'wait for the background services', profile: 'wait' }],
  },
  {
    id: 'finish',
    onBlocked: 'park',
    steps: [
      {
        activity: 'finishInstall',
        title: 'keep existing data from now on; write the report',
        profile: 'apply',
        reportsOnPhases: true,
      },
    ],
  },
];
