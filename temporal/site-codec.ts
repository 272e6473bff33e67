import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { siteInWorkflowId } from '../model/workflow-contract.ts';
import { listSites, siteFolder } from '../site-folder/index.ts';
import { readSiteRecord } from '../site-folder/record.ts';
import { PayloadKeyError, keyRings, lost } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { legacyOf } from './legacy-workflows.ts';
import { formOf, keyIdIn, open, openLegacy, placeIn, refusedPayload, seal, sealLegacy } from './payload-codec.ts';

/**
 * Who decodes. A `worker` acts on what it reads, a `client` shows it: only a client reads ended workflows of clients up to 0.1.0.
 */
export type Side = 'client' | 'worker';

export interface SiteCodecOptions {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly side: Side;
}

/** The site's folder of this workflow is not on this machine: another worker must handle it. */
export class NotHereError extends Error {
  constructor(workflowId: string) {
    super(
      `the site folder of ${workflowId} is not on this machine: this workflow can neither be read nor continued here`,
    );
    this.name = 'NotHereError';
  }
}

const NOT_OURS = {
  plain: 'it is not encrypted',
  legacy: 'it has the form of a client up to 0.1.0, which had no such workflow',
  key: 'it was encrypted with a key that does not belong to this site',
  place: 'it was encrypted for another place, or was changed in transit',
  workflow: 'it belongs to no workflow of appliance-client',
  context: 'its workflow is unknown',
} as const;

/** The SDK names no workflow for the failure of a workflow task: only people read that. */
const NOWHERE = 'nowhere';

/** A workflow, or one of its activities. */
interface Place {
  readonly workflowId: string;
  /** What is authenticated. */
  readonly name: string;
  readonly isActivity: boolean;
}

/**
 * The codec of client and worker. It encrypts a payload with the keys of its workflow's site, and binds it to workflow and activity, as the
 * SDK's serialization context names them: start, signal, query, update, memo, results of workflows and their failures have the workflow;
 * input, result, heartbeat and failure of an activity have both. The failure of a workflow task has neither
 * (test/temporal/context.test.ts pins it). The payloads of one workflow are told apart by their use: their schemas, ids of commands, nonces
 * of signals.
 *
 * What is not ours is decoded to a marked value (model/refused.ts). It throws only if a key of ours, or the site's folder, is missing: then
 * the same payload may be readable later.
 */
export function siteCodec({ home, environment, side }: SiteCodecOptions): PayloadCodec {
  const rings = keyRings(home);
  const legacy = legacyOf(home, environment);

  const anyRing = async (): Promise<KeyRing | null> => {
    for (const siteId of await listSites(home)) {
      const ring = await rings(siteId).catch(() => null);
      if (ring) return ring;
    }
    return null;
  };

  const sealer = async (place: Place | null): Promise<(payload: Payload) => Payload> => {
    if (place === null) {
      const ring = await anyRing();
      return (payload) => (ring ? seal(payload, ring.newest, NOWHERE) : refusedPayload(NOT_OURS.context));
    }
    const known = await legacy();
    if (known.stateOf(place.workflowId) === 'open') {
      const key = await known.key();
      return (payload) => sealLegacy(payload, key);
    }
    const ring = await ringFor(place);
    if (ring) return (payload) => seal(payload, ring.newest, place.name);
    // Such a workflow cannot contain anything of ours, so nothing is lost.
    if (side === 'worker') return () => refusedPayload(NOT_OURS.workflow);
    throw new Error(`${place.workflowId} has no key to encrypt with`);
  };

  /** Null if the site, or the workflow, never had any key. */
  const ringFor = async ({ workflowId }: Place): Promise<KeyRing | null> => {
    const site = siteInWorkflowId(workflowId);
    if (!site) return null;
    const ring = await rings(site.siteId);
    if (ring) return ring;
    const folder = siteFolder(home, site.siteId);
    const record = await readSiteRecord(folder);
    if (!record) throw new NotHereError(workflowId);
    const named = record.payloadKeys ?? [];
    if (named.length > 0) throw new PayloadKeyError(lost(folder, site.siteId, 'does not exist', named));
    return null;
  };

  const decodeBound = async (payload: Payload, place: Place | null): Promise<Payload> => {
    const id = keyIdIn(payload);
    if (place === null) {
      if (side === 'worker') return refusedPayload(NOT_OURS.context);
      for (const siteId of await listSites(home)) {
        const key = (await rings(siteId).catch(() => null))?.find(id);
        if (key) return open(payload, key, NOWHERE) ?? refusedPayload(NOT_OURS.place);
      }
      return refusedPayload(NOT_OURS.key);
    }
    const site = siteInWorkflowId(place.workflowId);
    if (!site) return refusedPayload(NOT_OURS.workflow);
    const key = (await ringFor(place))?.find(id);
    if (key) return open(payload, key, place.name) ?? refusedPayload(NOT_OURS.place);
    const folder = siteFolder(home, site.siteId);
    const record = await readSiteRecord(folder);
    const isAnother = site.siteUid !== null && record?.siteUid !== undefined && record.siteUid !== site.siteUid;
    if (!record || isAnother) throw new NotHereError(place.workflowId);
    if (record.payloadKeys?.includes(id)) throw new PayloadKeyError(lost(folder, site.siteId, 'lacks keys', [id]));
    return refusedPayload(NOT_OURS.key);
  };

  const decodeOther = async (payload: Payload, place: Place | null, isPlain: boolean): Promise<Payload> => {
    const known = await legacy();
    const state = place === null ? null : known.stateOf(place.workflowId);
    if (isPlain) return state === 'open' ? payload : refusedPayload(NOT_OURS.plain);
    const counts = side === 'client' ? state !== null || place === null : state === 'open';
    if (!counts) return refusedPayload(NOT_OURS.legacy);
    const id = keyIdIn(payload);
    if (known.keyId !== null && id !== known.keyId) return refusedPayload(NOT_OURS.key);
    if (place === null && known.keyId === null) return refusedPayload(NOT_OURS.key);
    return openLegacy(payload, await known.key()) ?? refusedPayload(NOT_OURS.place);
  };

  return {
    encode: async (payloads, context) => {
      const place = placeOf(context);
      try {
        return payloads.map(await sealer(place));
      } catch (error) {
        // The SDK's worker ends when it cannot even report that an activity or a task failed; that attempt is lost instead.
        if (side === 'worker' && (place === null || place.isActivity))
          return payloads.map(() => refusedPayload(NOT_OURS.key));
        throw error;
      }
    },
    decode: async (payloads, context) => {
      const place = placeOf(context);
      return Promise.all(
        payloads.map((payload) => {
          const form = formOf(payload);
          return form === 'bound' ? decodeBound(payload, place) : decodeOther(payload, place, form === 'plain');
        }),
      );
    },
  };
}

/**
 * The codec for reading by hand (temporal/codec-server.ts). It does not know in which workflow a payload was found, so the place that a
 * payload names itself is not checked: a moved one is read as if it were in its place.
 */
export function readingCodec(
  home: string,
  siteId: string,
  environment: NodeJS.ProcessEnv,
): Pick<PayloadCodec, 'decode'> {
  const rings = keyRings(home);
  const legacy = legacyOf(home, environment);
  const read = async (payload: Payload): Promise<Payload> => {
    const form = formOf(payload);
    const id = keyIdIn(payload);
    if (form === 'plain') return payload;
    if (form === 'legacy') {
      const known = await legacy();
      if (id !== known.keyId) return refusedPayload(NOT_OURS.key);
      return openLegacy(payload, await known.key()) ?? refusedPayload(NOT_OURS.place);
    }
    const key = (await rings(siteId))?.find(id);
    if (!key) return refusedPayload(NOT_OURS.key);
    return open(payload, key, placeIn(payload)) ?? refusedPayload(NOT_OURS.place);
  };
  return { decode: (payloads) => Promise.all(payloads.map(read)) };
}

function placeOf(context: SerializationContext | undefined): Place | null {
  if (context?.workflowId === undefined) return null;
  const { workflowId } = context;
  // As JSON no two places have the same name, whatever is in an id.
  if (context.type === 'workflow') return { workflowId, name: JSON.stringify([workflowId]), isActivity: false };
  return { workflowId, name: JSON.stringify([workflowId, context.activityId ?? '']), isActivity: true };
}
