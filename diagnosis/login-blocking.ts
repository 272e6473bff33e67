import { FLUX, OBJECTS } from '../model/appliance.ts';
import { tierOfKustomization, tierOfRelease } from '../kubernetes/places.ts';
import type { View } from '../kubernetes/view.ts';
import type { Finding } from './findings/finding.ts';
import { isReady } from './findings/flux.ts';

/** Objects of Flux that bring what is to run, and run nothing themselves. */
const BRINGS = /^(?:Kustomization|HelmChart|GitRepository|OCIRepository|HelmRepository|Bucket) /;

/** Whether something that the login page needs has not been applied yet: until then Flux and its sources are needed for it. */
function isStillApplied(view: View): boolean {
  return view.flux.some(
    ({ kind, metadata: { name }, status }) =>
      kind === 'Kustomization' && tierOfKustomization(name) !== 'background' && !status?.lastAppliedRevision,
  );
}

/** Whether every release of the login page's tiers is Ready: what Flux has to bring is there. */
function isAllReleased(view: View): boolean {
  const releases = view.flux.filter(
    ({ kind, metadata }) => kind === 'HelmRelease' && tierOfRelease(metadata.name) !== 'background',
  );
  return releases.every(isReady);
}

/** A source that has given nothing yet keeps everything from being installed; one whose artifact was applied keeps nobody out. */
function hasArtifact(view: View, object: string): boolean {
  return view.flux.some(
    ({ kind, metadata, status }) =>
      object === `${kind} ${metadata.namespace}/${metadata.name}` &&
      Boolean(status?.artifact?.revision ?? status?.lastAppliedRevision),
  );
}

/**
 * Whether a failure can be a reason why people cannot log in: it stands below the login page, and what it gives is needed now. What
 * Flux brought runs on without Flux.
 */
export function keepsPeopleOut(view: View, { tier, component, object, severity }: Finding): boolean {
  if (tier === 'background' || component === OBJECTS.statusService || severity === 'warning') return false;
  const isController = FLUX.controllers.some((one) => one === component);
  if (!isController && !BRINGS.test(object)) return true;
  if (isStillApplied(view) || !isAllReleased(view)) return true;
  return !isController && !hasArtifact(view, object);
}
