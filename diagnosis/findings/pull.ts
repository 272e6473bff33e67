import type { ClusterEvent } from '../../kubernetes/events.ts';
import type { View } from '../../kubernetes/view.ts';
import { OBJECTS } from '../../model/appliance.ts';
import { IMAGE_SIZES_KEY, sizeAmong, sizesIn } from '../../model/image-sizes.ts';
import type { ImageSizes } from '../../model/image-sizes.ts';
import { iso, ms, newest } from '../../kubernetes/time.ts';
import type { Stage } from './container.ts';
import { decidedBy, finding, firstMatch, type Report, ruleOut, type Statement } from './finding.ts';
import type { Suspect } from './suspect.ts';

const FAILURES = new Set([
  'Failed',
  'BackOff',
  'InspectFailed',
  'ErrImageNeverPull',
  'FailedToRetrieveImagePullSecret',
  'ErrImagePull',
  'ImagePullBackOff',
]);
const ABOUT_PULL = /pull|image|registry|manifest|ErrImage/i;
const SAYS_NOTHING = /^(?:Error: (?:ErrImagePull|ImagePullBackOff)|Back-off pulling image "[^"]*"|)$/;

/** Failures that a retry can fix: while one is in progress they are not a blocker. */
const MENDED_BY_TRYING = new Set([
  'image-pull-interrupted',
  'image-registry-unreachable',
  'dns-resolution-failure',
  'image-rate-limited',
]);
/** A try that has lasted this long got further than the one that failed. */
const TRY_GETS_THROUGH_MS = 45_000;

/** Events about pulls of this container's image, newest first. */
function pullEvents(suspect: Suspect): ClusterEvent[] {
  return suspect.view
    .eventsOf(suspect.pod)
    .filter((event) => {
      if (event.container !== null) return event.container === suspect.name;
      return suspect.image === null || event.message.includes(suspect.image) || !event.message.includes('"');
    })
    .toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0));
}

function statementOf(suspect: Suspect, event: ClusterEvent): Statement {
  return {
    source: 'event',
    object: suspect.place.object,
    reason: event.reason,
    message: event.message,
    at: event.last,
    first: event.first,
    count: event.count,
  };
}

/** When the pull in progress started: its event is newer than every word about success or failure. */
function startedPull(events: readonly ClusterEvent[]): ClusterEvent | null {
  const begun = events.find((event) => event.reason === 'Pulling');
  if (!begun) return null;
  const settled = newest(
    ...events
      .filter((event) => event.reason === 'Pulled' || (FAILURES.has(event.reason) && ABOUT_PULL.test(event.message)))
      .map((event) => event.last),
  );
  return settled === null || (begun.last ?? 0) > settled ? begun : null;
}

/** A container waits because its image did not come: the message in its state, or the newest events, say why. */
export function pullFailed(suspect: Suspect, stage: Extract<Stage, { kind: 'pull' }>, report: Report): void {
  const { place, view } = suspect;
  const events = pullEvents(suspect);
  const failures = events
    .filter((event) => FAILURES.has(event.reason) && ABOUT_PULL.test(event.message))
    .map((event) => statementOf(suspect, event));
  const state: Statement = {
    source: 'pod',
    object: place.object,
    reason: stage.reason,
    message: stage.message || stage.reason,
    at:
      newest(...failures.map((one) => one.at)) ??
      ms(suspect.pod.status?.startTime) ??
      ms(suspect.pod.metadata.creationTimestamp),
    first: failures.at(-1)?.first ?? null,
  };
  const told = [state, ...failures].filter((one) => !SAYS_NOTHING.test(one.message));
  // A missing pull secret is said at every pull and harms only those that need one: it speaks last.
  const ordered = [
    ...told.filter((one) => one.reason !== 'FailedToRetrieveImagePullSecret'),
    ...told.filter((one) => one.reason === 'FailedToRetrieveImagePullSecret'),
  ];
  const found = firstMatch('pull', ordered);
  const facts = { ...found?.match.facts, ...(suspect.image ? { image: suspect.image } : {}), container: suspect.name };
  const code =
    found?.match.rule.code ??
    (stage.reason === 'InvalidImageName'
      ? 'image-name-invalid'
      : stage.reason === 'ErrImageNeverPull'
        ? 'image-tag-missing'
        : 'unknown-failure');

  const retry = startedPull(events);
  if (retry && MENDED_BY_TRYING.has(code)) {
    const since = (view.nodeNow ?? view.takenAt) - (retry.last ?? 0);
    const failedOften = failures.some((one) => (one.count ?? 1) >= 3);
    if (code === 'image-pull-interrupted' || !failedOften || since >= TRY_GETS_THROUGH_MS) {
      ruleOut(report, place, found?.statement ?? state, 'the image is being pulled again');
      addPull(suspect, retry, report);
      return;
    }
  }
  report.findings.push(finding(code, place, decidedBy(found?.statement ?? state, [state, ...failures]), { facts }));
}

function addPull(suspect: Suspect, begun: ClusterEvent, report: Report): void {
  const { place, view } = suspect;
  const now = view.clockTrusted ? (view.nodeNow ?? view.takenAt) : Math.max(view.nodeNow ?? 0, view.takenAt);
  const image = /image "([^"]+)"/.exec(begun.message)?.[1] ?? suspect.image;
  const known = view.nodes
    .flatMap((node) => node.status?.images ?? [])
    .find((one) => image !== null && one.names?.includes(image));
  report.operations.push({
    kind: 'image-pull',
    component: place.component,
    tier: place.tier,
    object: place.object,
    image: image ?? null,
    startedAt: iso(begun.last),
    elapsedSeconds: begun.last === null ? null : Math.max(0, Math.round((now - begun.last) / 1000)),
    sizeBytes: known?.sizeBytes ?? (image === null ? null : sizeAmong(sizesOf(view), image)),
    progressAvailable: false,
    progressReason: 'the node does not report how much of an image it has downloaded',
    message: `Pulling ${image ?? 'an image'}`,
    above: [place.object, ...place.above],
  });
}

/** The sizes that the installer learnt from the registry; an image that is still to come is in no list of the node. */
function sizesOf(view: View): ImageSizes {
  const selection = view.configMaps.find((one) => one.metadata.name === OBJECTS.releaseSelection);
  return sizesIn(selection?.data?.[IMAGE_SIZES_KEY]);
}

/** A container is not there yet: when its image is being pulled, that is said. */
export function pullUnderWay(suspect: Suspect, report: Report): void {
  const begun = startedPull(pullEvents(suspect));
  if (begun) addPull(suspect, begun, report);
}
