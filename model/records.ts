import { z } from 'zod';
import { asItWas } from './documents.ts';
import type { DocumentForm } from './documents.ts';
import { kept } from './objects.ts';

export const MOST_RESOLVERS = 8;

/** `handover.json`: which configuration was applied to which node, so that a silent node is known to be installing. */
const handover = z.object({
  nodeIp: z.string(),
  /** `WantedConfig.digest`. */
  digest: z.string(),
  /** How often this very configuration was applied: a node that comes back for it did not complete its installation. */
  times: z.number(),
  at: z.iso.datetime(),
  /** The node's DNS resolvers just before: during its installation they cannot be read. Missing if it did not report them. */
  resolvers: z.array(z.string()).max(MOST_RESOLVERS).optional(),
});
export type Handover = z.infer<typeof handover>;

/** `simulation.json`: the scenario of a simulated site, so that `resume` continues the same one. */
const simulation = z.object({ scenario: z.string(), speed: z.number().nullable() });

/** The code that a process runs: the version alone does not tell two checkouts apart. */
const build = z.object({ version: z.string(), digest: z.string() });
export type Build = z.infer<typeof build>;

/** What a worker does, for whom and by which code: a client with other needs replaces it. Clients up to 0.1.0 write none of it. */
const duties = {
  build: build.optional(),
  namespace: z.string().optional(),
  taskQueue: z.string().optional(),
  /** Id of the key that decrypts installs of clients up to 0.1.0, which reveals nothing of the key; null if there is none. */
  keyId: z.string().nullable().optional(),
  /** `operatorId` of the user on whose behalf it works. */
  operator: z.string().optional(),
};

/** When a process started (`system/processes.ts`), so that another program with its process id is detected. */
const start = z.string().optional();

/** `worker.json`, written by the worker itself once it polls. */
const workerState = z.object({
  pid: z.number().int(),
  start,
  startedAt: z.iso.datetime(),
  /** False: it is tied to the client that started it, and ends with it. */
  detached: z.boolean(),
  /** The Temporal server that it polls, and whether that is the local one. */
  address: z.string(),
  local: z.boolean(),
  simulate: simulation.nullable(),
  /** The name under which the server knows it: the steps that it was running when it died are found by that. */
  identity: z.string().optional(),
  ...duties,
});
export type WorkerState = z.infer<typeof workerState>;

/** `supervisor.json`, written by the process that keeps worker and local server alive. */
const supervisorState = z.object({
  pid: z.number().int(),
  start,
  startedAt: z.iso.datetime(),
  /** What it keeps a worker for; null if it supervises only the local server. */
  keeps: z.object({ address: z.string(), local: z.boolean(), simulate: simulation.nullable(), ...duties }).nullable(),
});
export type SupervisorState = z.infer<typeof supervisorState>;

/** `server.json`: the local Temporal server, or where it was last. */
const serverState = z.object({
  pid: z.number().int(),
  address: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  /**
   * Folder of the certificates that it accepts, and the digest of the authority that signed them; missing for a server of clients up to
   * 0.1.0, which accepts everyone.
   */
  certificates: z.object({ folder: z.string(), authority: z.string() }).optional(),
});
export type ServerState = z.infer<typeof serverState>;

/** `consent.json`: which data may be destroyed, by its id. Only a person gives it; it is bound to that data and used once. */
const consent = z.object({ destroys: z.string().min(1).max(64), givenAt: z.iso.datetime() });

/** `operator.json` in the operator's state folder: this user on this machine. */
const operatorRecord = z.object({
  operatorId: z.uuid(),
  /** Digest of the machine's own id: a copy of the file on another machine is not that operator. */
  machine: z.string(),
  createdAt: z.iso.datetime(),
});
export type OperatorRecord = z.infer<typeof operatorRecord>;

export const MOST_PAYLOAD_KEYS = 100;

/** Names a payload key: the first digits of its own digest, so that a key that was changed on the disk is detected. */
export const payloadKeyId = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits');

/** `payload-keys.json` in a site's folder: what its payloads in Temporal are encrypted with. The newest is the last. */
const payloadKeys = kept({
  keys: z
    .array(
      kept({
        id: payloadKeyId,
        /** 32 bytes in hexadecimal. */
        key: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
        createdAt: z.iso.datetime(),
      }),
    )
    .min(1)
    .max(MOST_PAYLOAD_KEYS),
});
export type PayloadKeys = z.infer<typeof payloadKeys>;

/**
 * `legacy-workflows.json` of a home: the workflows that clients up to 0.1.0 had there when a client that encrypts by site first found
 * their server. The old form of payloads is accepted for these only.
 */
const legacyWorkflows = kept({
  /** The servers that were queried: `local`, or address and namespace of another. */
  servers: z.array(z.string()),
  workflows: z.array(kept({ workflowId: z.string(), isOpen: z.boolean() })),
  /** Id of the home's old key; null if it was already missing. */
  keyId: payloadKeyId.nullable(),
});
export type LegacyWorkflows = z.infer<typeof legacyWorkflows>;

/** `.world/<scenario>.json`: enough to recognise a simulated world; the rest of the file is the simulation's own. */
const simulatedWorld = z.looseObject({ format: z.literal(1), scenario: z.string(), playedTo: z.number() });

/** Clients up to 0.1.0 wrote these without a version. */
const FIRST = {
  mark: 'apiVersion',
  version: 1,
  unmarked: 0,
  newer: 'refused',
  migrations: { 0: asItWas },
} as const;

/** These have always had a version. */
const MARKED = { mark: 'apiVersion', version: 1, unmarked: null, newer: 'refused', migrations: {} } as const;

export const HANDOVER: DocumentForm<typeof handover> = { ...FIRST, kind: 'Handover', schema: handover };
export const SIMULATION: DocumentForm<typeof simulation> = { ...FIRST, kind: 'Simulation', schema: simulation };
export const WORKER: DocumentForm<typeof workerState> = { ...FIRST, kind: 'Worker', schema: workerState };
export const SUPERVISOR: DocumentForm<typeof supervisorState> = {
  ...FIRST,
  unmarked: null,
  migrations: {},
  kind: 'Supervisor',
  schema: supervisorState,
};
export const SERVER: DocumentForm<typeof serverState> = { ...FIRST, kind: 'Server', schema: serverState };
export const CONSENT: DocumentForm<typeof consent> = {
  ...FIRST,
  kind: 'Consent',
  unmarked: null,
  migrations: {},
  schema: consent,
};
export const OPERATOR: DocumentForm<typeof operatorRecord> = { ...FIRST, kind: 'Operator', schema: operatorRecord };
export const PAYLOAD_KEYS: DocumentForm<typeof payloadKeys> = { ...MARKED, kind: 'PayloadKeys', schema: payloadKeys };
export const LEGACY_WORKFLOWS: DocumentForm<typeof legacyWorkflows> = {
  ...MARKED,
  kind: 'LegacyWorkflows',
  schema: legacyWorkflows,
};
export const SIMULATED_WORLD: DocumentForm<typeof simulatedWorld> = {
  kind: 'SimulatedWorld',
  mark: 'format',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: simulatedWorld,
};
