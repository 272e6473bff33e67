export { TIMEOUT_MS } from './client.ts';
export type { RegistryClient, RegistryClientOptions } from './client.ts';
export { RegistryFault } from './fault.ts';
export type { RegistryFaultKind } from './fault.ts';
export { parseReference } from './reference.ts';
