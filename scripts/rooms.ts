/** What a room may import of other rooms; `type X` stands for the types of X alone. */
type Allowed = 'everything' | readonly string[];

/**
 * Every room, and what it may import beside itself: the directions of ARCHITECTURE.md, "Rooms". A folder without a row here is
 * refused. The client's rooms are named with the client's: `client/terminal`; `client` is its door.
 */
export const ROOMS: Readonly<Record<string, Allowed>> = {
  // Data in the root: validated.json.
  model: ['.'],
  redaction: [],
  system: [],
  registry: [],
  kubernetes: ['model', 'redaction'],
  diagnosis: ['model', 'redaction', 'kubernetes'],
  observation: ['model', 'kubernetes'],
  'site-folder': ['model'],
  tools: ['system'],
  workflows: ['model', 'type activities'],
  'activities/ports': ['model', 'kubernetes', 'type observation', 'type site-folder'],
  activities: [
    'activities/ports',
    'model',
    'redaction',
    'kubernetes',
    'diagnosis',
    'observation',
    'site-folder',
    'tools',
  ],
  'activities/adapters': [
    'activities/ports',
    'activities',
    'model',
    'redaction',
    'registry',
    'observation',
    'kubernetes',
    'tools',
  ],
  administration: ['model', 'kubernetes', 'activities/ports'],
  simulation: ['model', 'kubernetes', 'observation', 'site-folder', 'activities/ports'],
  temporal: ['model', 'site-folder', 'system', 'tools'],
  worker: [
    'model',
    'redaction',
    'site-folder',
    'system',
    'temporal',
    'activities',
    'activities/ports',
    'activities/adapters',
    'simulation',
  ],
  'client/terminal': [],
  'client/render': ['client/terminal', 'model', 'type diagnosis'],
  'client/site': ['client/terminal', 'model', 'kubernetes', 'site-folder', 'type worker'],
  'client/inputs': ['client/terminal', 'client/site', 'model', 'registry', 'site-folder', 'type worker'],
  'client/install': [
    'client/terminal',
    'client/render',
    'client/site',
    'client/inputs',
    'model',
    'redaction',
    'site-folder',
    'temporal',
    'tools',
    'type worker',
  ],
  'client/status': [
    'client/terminal',
    'client/render',
    'client/site',
    'client/install',
    'model',
    'kubernetes',
    'diagnosis',
    'observation',
    'site-folder',
  ],
  'client/follow': ['client/terminal', 'client/render', 'client/site', 'client/install', 'model', 'type worker'],
  'client/page': [
    'client/terminal',
    'client/site',
    'client/install',
    'client/status',
    'model',
    'kubernetes',
    'site-folder',
  ],
  'client/commands': [
    'client/terminal',
    'client/render',
    'client/site',
    'client/inputs',
    'client/install',
    'client/status',
    'client/follow',
    'client/page',
    'administration',
    'model',
    'redaction',
    'registry',
    'diagnosis',
    'observation',
    'site-folder',
  ],
  client: [
    'client/terminal',
    'client/site',
    'client/inputs',
    'client/install',
    'client/status',
    'client/page',
    'client/commands',
    'type activities/ports',
    'activities/adapters',
    'observation',
    'registry',
    'temporal',
    'worker',
  ],
  'status-service': ['model', 'redaction', 'kubernetes', 'diagnosis', 'observation'],
  lab: ['model', 'system', 'tools'],
  'image-check': ['model', 'tools'],
  '.': 'everything',
  scripts: 'everything',
  bench: 'everything',
  test: 'everything',
};

/** What the client's rooms know of its door, and of that the types: what a command has in hand. */
export const DOOR: readonly string[] = ['client/context.ts', 'client/services.ts'];

/** Rooms inside a room, which others may be allowed to enter alone. */
const INNER = /^(?:client\/[a-z-]+(?=\/)|activities\/(?:ports|adapters)(?=\/))/;

/** Takes a path in the project, gives the room that it lies in; a file of the root is in the room `.`. */
export function roomOf(file: string): string {
  return INNER.exec(file)?.[0] ?? (file.includes('/') ? file.slice(0, file.indexOf('/')) : '.');
}
