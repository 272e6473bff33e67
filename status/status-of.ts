import { diagnose } from '../diagnosis/index.ts';
import type { ExplanationGraph } from '../diagnosis/index.ts';
import type { Blocker } from '../model/blocker.ts';
import type { StatusDocument } from '../model/status.ts';
import { asOf } from './age.ts';
import { clusterPart } from './cluster-part.ts';
import type { NewReading, NothingNew } from './inputs.ts';
import { withLastKnown } from './last-known.ts';
import { withoutSecretTexts } from './redacted.ts';
import { withInstall } from './with-install.ts';

/** The status document, every root cause in the cluster in order (warnings included), and how each was found. */
export interface Reading {
  readonly status: StatusDocument;
  readonly blockers: readonly Blocker[];
  readonly graph: ExplanationGraph;
}

/**
 * The whole status document, for every caller: the client once or again and again, the page, an install that waits. Pure: the same
 * inputs give the same document.
 */
export function statusOf(inputs: NewReading | NothingNew): StatusDocument {
  return inputs.cluster === null ? asOf(inputs.previous, inputs.now) : readingOf(inputs).status;
}

/** The same, with the causes that were found in the cluster alone and the graph that leads to them. */
export function readingOf(reading: NewReading): Reading {
  const { cluster, install, now, previous } = reading;
  const diagnosis = diagnose(cluster, { now, previous });
  const seen = clusterPart(diagnosis, reading);
  const known = withLastKnown(seen, reading);
  const joined = install === null ? known : withInstall(known, install);
  return { status: withoutSecretTexts(asOf(joined, now)), blockers: diagnosis.blockers, graph: diagnosis.graph };
}
