import { z } from 'zod';
import { asItWas } from './documents.ts';
import type { DocumentForm } from './documents.ts';

export const MOST_RESOLVERS = 8;

/** `handover.json`: what was handed to which node, so that a silent node is known to be installing. */
const handover = z.object({
  nodeIp: z.string(),
  /** `WantedConfig.digest`. */
  digest: z.string(),
  /** How often this very configuration was handed over: a node that comes back for it did not get through its installation. */
  times: z.number(),
  at: z.iso.datetime(),
  /** What the node asked for names just before: while it installs nobody can ask it. Missing where it did not say. */
  resolvers: z.array(z.string()).max(MOST_RESOLVERS).optional(),
});
export type Handover = z.infer<typeof handover>;

/** `simulation.json`: what a simulated site plays, so that `resume` goes on with the same play. */
const simulation = z.object({ scenario: z.string(), speed: z.number().nullable() });

/** `worker.json`, written by the worker itself once it polls; a home on its command line proves that a process id is its. */
const workerState = z.object({
  pid: z.number().int(),
  startedAt: z.iso.datetime(),
  detached: z.boolean(),
  /** The Temporal server that it asks for work, and whether that is the local one. */
  address: z.string(),
  local: z.boolean(),
  simulate: simulation.nullable(),
});
export type WorkerState = z.infer<typeof workerState>;

/** `server.json`: the local Temporal server, or where it was last. */
const serverState = z.object({
  pid: z.number().int(),
  address: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
});
export type ServerState = z.infer<typeof serverState>;

/** `.world/<scenario>.json`: enough to tell a simulated world from anything else; the rest of the file is the simulation's own. */
const simulatedWorld = z.looseObject({ format: z.literal(1), scenario: z.string(), playedTo: z.number() });

/** Clients up to 0.1.0 wrote these without a version. */
const FIRST = {
  mark: 'apiVersion',
  version: 1,
  unmarked: 0,
  newer: 'refused',
  migrations: { 0: asItWas },
} as const;

export const HANDOVER: DocumentForm<typeof handover> = { ...FIRST, kind: 'Handover', schema: handover };
export const SIMULATION: DocumentForm<typeof simulation> = { ...FIRST, kind: 'Simulation', schema: simulation };
export const WORKER: DocumentForm<typeof workerState> = { ...FIRST, kind: 'Worker', schema: workerState };
export const SERVER: DocumentForm<typeof serverState> = { ...FIRST, kind: 'Server', schema: serverState };
export const SIMULATED_WORLD: DocumentForm<typeof simulatedWorld> = {
  kind: 'SimulatedWorld',
  mark: 'format',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: simulatedWorld,
};
