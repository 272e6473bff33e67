import type { Scenario } from './fake/scenario.ts';

const PLAIN = {
  seed: 1,
  mode: 'fresh',
  dns: false,
  prepull: false,
  script: {},
  warnings: {},
  acts: [],
  long: [],
} as const;

/** Scenarios that once broke a rule, as they were printed when they were found; they are played first. */
export const KEPT_CASES: readonly (readonly [what: string, scenario: Scenario])[] = [
  [
    'a parked install that is continued keeps the facts of its beginning and its memo',
    {
      ...PLAIN,
      seed: 31,
      script: {
        provisionStorage: [{ kind: 'blocked', codes: ['talos-api-unreachable', 'crash-loop'], tier: 'login' }],
      },
      long: [2],
    },
  ],
  [
    'an API server that dies in the background parks the install',
    {
      ...PLAIN,
      seed: 263,
      script: { awaitBackground: [{ kind: 'blocked', codes: ['image-rate-limited'], tier: 'core' }] },
    },
  ],
  [
    'a warning that is taken back is gone',
    { ...PLAIN, seed: 5, script: { finishInstall: [{ kind: 'warns', codes: ['crash-loop', 'image-rate-limited'] }] } },
  ],
  [
    'causes that take turns are parked on ever more rarely',
    {
      ...PLAIN,
      seed: 4,
      script: {
        awaitBootstrap: Array.from({ length: 12 }, (_, turn) => ({
          kind: 'blocked' as const,
          codes: [turn % 2 === 0 ? ('image-rate-limited' as const) : ('crash-loop' as const)],
          tier: 'bootstrap' as const,
        })),
      },
    },
  ],
  [
    'a phase is done when the step that it waited for is not asked for any more',
    {
      ...PLAIN,
      seed: 14,
      mode: 'recover',
      dns: true,
      script: { setClusterDns: [{ kind: 'lost', acted: true }] },
      acts: [{ at: 11, kind: 'set', key: 'dnsServers', value: 6 }],
    },
  ],
  [
    'a cause keeps its age while steps before its own run again',
    {
      ...PLAIN,
      seed: 38,
      dns: true,
      script: {
        awaitLogin: [
          { kind: 'blocked', codes: ['crash-loop'], tier: 'bootstrap' },
          { kind: 'blocked', codes: ['talos-api-unreachable'], tier: 'platform' },
          { kind: 'blocked', codes: ['crash-loop'], tier: 'platform' },
        ],
      },
      acts: [{ at: 21, kind: 'set', key: 'imageTags.workflowWorker', value: 1 }],
    },
  ],
];
