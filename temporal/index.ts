/** What the client uses of this room: a connection to a server, and the running local one. */
export { openTemporal, serverTls } from './connection.ts';
export type { OpenOptions, TemporalAccess } from './connection.ts';
export { TemporalUnavailableError } from './errors.ts';
export {
  PayloadKeyError,
  ensureKeyRing,
  forgetLostKeys,
  keyRingUnderLock,
  rotateKeyRing,
  siteKeyFault,
} from './key-ring.ts';
export { legacyKeyFault } from './legacy-workflows.ts';
export { queueOfOpen } from './open-workflow.ts';
export { runningLocalServer, stopIdleServer } from './local-server.ts';
