/** Takes a site's name, gives it as a part of a file's name. */
export function snapshotName(siteId: string): string {
  return `snapshot-${siteId.replaceAll(/[^A-Za-z0-9._-]/g, '-')}.json`;
}

/** Takes a site's name, gives how a person hands everything to support: a file without secrets, and how they read it. */
export function supportBundle(siteId: string): { snapshot: string; command: string; note: string } {
  return {
    snapshot: '/api/snapshot',
    command: `appliance-client diagnose --from ${snapshotName(siteId)} --explain`,
    note: 'The snapshot holds what this page was made from, without secrets. The client tells from it, anywhere, what this page tells.',
  };
}
