import { canLogIn, probeWords } from '../kubernetes/login.ts';
import { FLUX } from '../model/appliance.ts';
import type { ComponentStatus, StatusDocument } from '../model/status.ts';
import type { TierId, TierState, TierStates } from '../model/tiers.ts';
import { TIERS } from '../model/tiers.ts';
import type { Finding } from './findings/finding.ts';
import { currentCondition, isReady as isFluxReady } from './findings/flux.ts';
import { conditionOf, isGhost, isReady as isNodeReady } from './findings/nodes.ts';
import { isWhole } from './findings/orphans.ts';
import { evidentSince, type TierEvidence } from './tier-since.ts';
import type { FluxObject, Node } from '../kubernetes/shapes.ts';
import type { View } from '../kubernetes/view.ts';

/** One thing that a tier asks for, and how it stands. */
interface Need {
  readonly state: 'met' | 'open' | 'failed' | 'unknown';
  readonly words: string;
}

const met: Need = { state: 'met', words: '' };

function needOfComponent(component: ComponentStatus | undefined): Need {
  if (!component) return { state: 'unknown', words: 'the state of a component is unknown' };
  const words = `${component.title}: ${component.message}`;
  if (component.status === 'ready') return met;
  if (component.status === 'failed') return { state: 'failed', words };
  return { state: component.status === 'unknown' ? 'unknown' : 'open', words };
}

/** Every node counts: the worst of them decides. */
function needsOfNodes(view: View): Need[] {
  const living = view.nodes.filter((node) => !isGhost(view, node));
  if (living.length > 0) return living.map(needOfNode);
  const isListed = view.kinds.size > 0 && !view.missing.has('nodes');
  return [{ state: isListed ? 'open' : 'unknown', words: 'no node is known' }];
}

function needOfNode(node: Node): Need {
  if (!isNodeReady(node)) return { state: 'failed', words: `the node ${node.metadata.name} is not ready` };
  const pressed = ['DiskPressure', 'MemoryPressure', 'PIDPressure'].find(
    (type) => conditionOf(node, type)?.status === 'True',
  );
  if (pressed) return { state: 'failed', words: `the node ${node.metadata.name} is under ${pressed}` };
  return node.spec?.unschedulable
    ? { state: 'open', words: `the node ${node.metadata.name} does not accept new pods` }
    : met;
}

function needOfFlux(view: View, kind: string, name: string, required: boolean): Need {
  const object = view.flux.find((one) => one.kind === kind && one.metadata.name === name);
  if (!object) {
    const plural = kind === 'Kustomization' ? 'kustomizations' : 'gitrepositories';
    if (view.missing.has(plural)) return { state: 'unknown', words: `${plural} could not be listed` };
    return required ? { state: 'open', words: `${kind} ${name} does not exist` } : met;
  }
  if (object.spec?.suspend) return { state: 'failed', words: `${kind} ${name} is suspended` };
  return isFluxReady(object) ? met : { state: 'open', words: `${kind} ${name} is not ready at its current generation` };
}

/** A release whose newest generation Helm has not applied yet, or is applying; a failed one is reported as a cause. */
function needOfRelease(release: FluxObject): Need {
  const { name } = release.metadata;
  if (release.spec?.suspend) return { state: 'failed', words: `HelmRelease ${name} is suspended` };
  const isJudged = release.status?.conditions?.some((one) => one.type === 'Ready') ?? false;
  const ready = currentCondition(release, 'Ready')?.status;
  // Where Helm has said nothing yet, its workloads speak for themselves.
  return !isJudged || ready === 'True' || ready === 'False'
    ? met
    : { state: 'open', words: `HelmRelease ${name} is not ready at its current generation` };
}

/** Components of a tier whose absence is in order: a cluster may be looked at before the status page is there, or without it. */
const OPTIONAL_IN_PLATFORM: readonly string[] = ['appliance-status', ...FLUX.controllers];

function needs(view: View, tier: TierId, components: readonly ComponentStatus[]): Need[] {
  const own = components.filter(
    (one) => one.tier === tier && !(OPTIONAL_IN_PLATFORM.includes(one.name) && one.status === 'absent'),
  );
  const releases = view.flux.filter((one) => one.kind === 'HelmRelease');
  switch (tier) {
    case 'platform':
      return [
        ...needsOfNodes(view),
        ...own.map(needOfComponent),
        needOfFlux(view, 'GitRepository', FLUX.source, true),
        needOfFlux(view, 'Kustomization', FLUX.rootKustomization, false),
        needOfFlux(view, 'Kustomization', FLUX.tierKustomizations.platform, true),
      ];
    case 'core':
      return own.map(needOfComponent);
    case 'background':
      return [
        ...own.map(needOfComponent),
        needOfFlux(view, 'Kustomization', FLUX.tierKustomizations.background, false),
        ...releases.map(needOfRelease),
      ];
    case 'bootstrap':
    case 'login':
      return own.map(needOfComponent);
  }
}

function settle(list: readonly Need[], started: boolean): TierState {
  const because = (state: Need['state']) => list.find((one) => one.state === state)?.words;
  const failed = because('failed');
  if (failed !== undefined) return { ready: false, status: 'failed', since: null, message: failed };
  const unknown = because('unknown');
  if (unknown !== undefined) return { ready: false, status: 'unknown', since: null, message: unknown };
  const open = because('open');
  if (open !== undefined)
    return { ready: false, status: started ? 'progressing' : 'pending', since: null, message: open };
  return { ready: true, status: 'ready', since: null };
}

function bootstrapNeed(
  view: View,
  bootstrap: StatusDocument['bootstrap'],
  application: ComponentStatus | undefined,
): Need {
  if (bootstrap.state === 'succeeded') return met;
  if (bootstrap.state === 'failed')
    return {
      state: 'failed',
      words: bootstrap.seed.usersCount === 0 ? 'the database setup created no users' : 'the database setup failed',
    };
  if (bootstrap.state === 'running') return { state: 'open', words: 'the database setup has not finished yet' };
  // The application waits for the setup before it starts: where it runs and answers, the setup has been done and its job cleaned up.
  if (bootstrap.state === 'absent' && application?.status === 'ready' && canLogIn(view.snapshot.loginProbe) === true)
    return met;
  return { state: bootstrap.state === 'absent' ? 'open' : 'unknown', words: 'the database setup has not run' };
}

function loginNeeds(
  view: View,
  tiers: Pick<TierStates, 'core' | 'bootstrap'>,
  application: ComponentStatus | undefined,
): Need[] {
  const below = (['core', 'bootstrap'] as const).flatMap((id): Need[] => {
    const state = tiers[id];
    if (state.ready) return [];
    const words = state.message ?? `${id} is not ready`;
    return [{ state: state.status === 'unknown' ? 'unknown' : state.status === 'failed' ? 'failed' : 'open', words }];
  });
  const answer = canLogIn(view.snapshot.loginProbe);
  const words = probeWords(view.snapshot.loginProbe);
  const probe: Need = answer === true ? met : { state: answer === false ? 'open' : 'unknown', words };
  const app = needOfComponent(application);
  // While something below is still open, the missing page is no news of its own.
  // Of a part of a picture, an answer of the page itself is better proof than what is not in it.
  if (answer === true && !isWhole(view)) return [probe];
  return below.length > 0 || app.state !== 'met' ? [...below, app] : [probe];
}

/**
 * A tier is ready when everything it requires exists at the wanted generation. A failure that does not take its
 * components away (a release that gave up) makes it degraded.
 */
export function tiersOf(
  view: View,
  components: readonly ComponentStatus[],
  bootstrap: StatusDocument['bootstrap'],
  findings: readonly Finding[],
): TierStates {
  const application = components.find((one) => one.name === 'alga-core');
  const broken = (tier: TierId) => findings.find((one) => one.tier === tier && one.severity === 'error');
  const weigh = (tier: TierId, list: readonly Need[]): TierState => {
    if (!view.current) {
      const message = view.snapshot.kubernetes ? 'the Kubernetes API does not answer' : 'the cluster was not checked';
      return { ready: false, status: 'unknown', since: null, message };
    }
    const started = components.some((one) => one.tier === tier && one.status !== 'absent' && one.status !== 'unknown');
    const state = settle(list, started || tier === 'platform');
    const fault = broken(tier);
    if (!fault) return state;
    if (state.ready)
      return {
        ready: tier === 'core' || tier === 'login',
        status: 'degraded',
        since: null,
        message: `${fault.object}: ${fault.code}`,
      };
    return { ...state, status: 'failed' };
  };

  const platform = weigh('platform', needs(view, 'platform', components));
  const core = weigh('core', needs(view, 'core', components));
  const bootstrapTier = weigh('bootstrap', [bootstrapNeed(view, bootstrap, application)]);
  const login = weigh('login', loginNeeds(view, { core, bootstrap: bootstrapTier }, application));
  const background = weigh('background', needs(view, 'background', components));
  const tiers = { platform, core, bootstrap: bootstrapTier, login, background };
  return { ...tiers, fullHealth: fullHealth(tiers) };
}

function fullHealth(tiers: Omit<TierStates, 'fullHealth'>): TierState {
  const all = TIERS.map((id) => ({ id, state: tiers[id] }));
  if (all.every(({ state }) => state.ready && state.status === 'ready'))
    return { ready: true, status: 'ready', since: null };
  const first = (status: TierState['status']) => all.find(({ state }) => state.status === status);
  const worst = first('failed') ?? first('degraded') ?? first('unknown') ?? first('progressing') ?? first('pending');
  return {
    ready: false,
    status: worst?.state.status ?? 'unknown',
    since: null,
    ...(worst ? { message: `${worst.id}: ${worst.state.message ?? worst.state.status}` } : {}),
  };
}

/**
 * `since` stays the same as long as a status does. Without a previous document the evidence decides: the first check
 * does not see everything start.
 */
export function withSince(
  tiers: TierStates,
  previous: TierStates | null,
  now: string,
  evidence: TierEvidence,
): TierStates {
  const evident = evidentSince(tiers, evidence, Date.parse(now));
  const dated = (id: keyof TierStates): TierState => {
    const before = previous?.[id];
    if (before !== undefined && before.status === tiers[id].status && before.since !== null)
      return { ...tiers[id], since: before.since };
    return { ...tiers[id], since: (before === undefined || before.status === 'unknown' ? evident[id] : null) ?? now };
  };
  return {
    platform: dated('platform'),
    core: dated('core'),
    bootstrap: dated('bootstrap'),
    login: dated('login'),
    background: dated('background'),
    fullHealth: dated('fullHealth'),
  };
}
