/** The site id as part of a file name. */
export function snapshotName(siteId: string): string {
  return `snapshot-${siteId.replaceAll(/[^A-Za-z0-9._-]/g, '-')}.json`;
}

/** What a person sends to support: a file without secrets, and the command that reads it. */
export function supportBundle(siteId: string): { snapshot: string; command: string; note: string } {
  return {
    snapshot: '/api/snapshot',
    command: `appliance-client diagnose --from ${snapshotName(siteId)} --explain`,
    note: 'The snapshot contains the data behind this page, without secrets. The client shows the same state from it on any machine.',
  };
}
