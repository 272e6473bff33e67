/** What the client takes from the room of Temporal: a way to a server, and the local one that runs. */
export { openTemporal } from './connection.ts';
export type { OpenOptions, TemporalAccess } from './connection.ts';
export { TemporalUnavailableError } from './errors.ts';
export { runningLocalServer } from './local-server.ts';
