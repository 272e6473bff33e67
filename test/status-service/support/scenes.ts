import type { RollupState, StatusDocument } from '../../../model/status.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { appliance } from '../../diagnosis/appliance.ts';
import { broken } from '../../diagnosis/faults.ts';
import { SEEDS } from '../../diagnosis/seeds.ts';
import { documentNow, hostPhase, old } from './documents.ts';

/** A document to be looked at, and the state that its page must name. */
export interface Scene {
  readonly state: RollupState;
  readonly document: () => StatusDocument;
}

/** A snapshot of something that happened on a real appliance. */
export function seed(name: string): Snapshot {
  const make = SEEDS[name];
  if (!make) throw new Error(`there is no seed ${name}`);
  return make();
}

const coming = (name: string) => broken(name, { state: { waiting: { reason: 'ContainerCreating' } } });

/** What an event or a log may hold when somebody means harm, or when it is only about HTML. */
export const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script> & "quoted"';

function withMarkup(): StatusDocument {
  const document = documentNow(seed('core-image-missing'));
  const evil = <T extends { message: string }>(one: T): T => ({ ...one, message: `${one.message} ${MARKUP}` });
  return {
    ...document,
    topBlockers: document.topBlockers.map((blocker) => ({
      ...blocker,
      reason: `${blocker.reason} ${MARKUP}`,
      evidence: blocker.evidence.map(evil),
    })),
    recentEvents: document.recentEvents.map(evil),
  };
}

const LONG = 'a-name-without-any-place-to-break-it-'.repeat(7);

/** More faults than anybody can read, with names and messages as long as Kubernetes allows. */
function crowded(): StatusDocument {
  const document = documentNow(seed('core-image-missing'));
  const [one] = document.topBlockers;
  if (!one) throw new Error('the seed has no blocker');
  const long = <T extends { message: string }>(part: T): T => ({ ...part, message: `${part.message} ${LONG}` });
  const topBlockers = Array.from({ length: 40 }, (_, index) => ({
    ...one,
    component: index % 3 === 0 ? `${LONG}${index}` : `part-${index}`,
    reason: `${one.reason} ${LONG}`,
    evidence: one.evidence.map(long),
  }));
  return {
    ...document,
    topBlockers,
    rollup: long(document.rollup),
    components: document.components.map(long),
    recentEvents: document.recentEvents.map(long),
  };
}

/** Every state of the whole, an active pull, hostile and endless messages and a picture that has grown old. */
export const SCENES = {
  'host-phase': { state: 'installing', document: hostPhase },
  installing: { state: 'installing', document: () => documentNow(seed('core-image-pulling-for-16-minutes')) },
  blocked: { state: 'failed_action_required', document: () => documentNow(seed('core-image-missing')) },
  markup: { state: 'failed_action_required', document: withMarkup },
  crowded: { state: 'failed_action_required', document: crowded },
  'ready-to-log-in': {
    state: 'ready_to_log_in',
    document: () => documentNow(appliance(coming('temporal'), coming('workflow-worker'))),
  },
  'background-issues': {
    state: 'ready_with_background_issues',
    document: () => documentNow(seed('background-image-missing')),
  },
  healthy: { state: 'fully_healthy', document: () => documentNow(seed('healthy')) },
  stale: { state: 'unknown', document: () => old(documentNow(seed('healthy')), 252) },
  unreachable: { state: 'unknown', document: () => documentNow(seed('api-server-down')) },
} as const satisfies Readonly<Record<string, Scene>>;
export type SceneName = keyof typeof SCENES;
