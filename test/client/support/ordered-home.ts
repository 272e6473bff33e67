import { randomUUID } from 'node:crypto';
import { runClient, temporaryFolder } from './run-client.ts';
import { scriptedInstalls } from './scripted-installs.ts';

/** Gives a folder of all sites with one site in it, of a name of its own, for which an install was ordered. */
export async function orderedHome(): Promise<{ home: string; siteId: string }> {
  const home = await temporaryFolder();
  const siteId = `site-${randomUUID().slice(0, 8)}`;
  const { services } = scriptedInstalls({ scenes: [] });
  const order = [
    'start',
    '--fresh',
    '--node-ip',
    '192.0.2.10',
    '--repo-url',
    'https://git.example.org/a/appliance.git',
  ];
  await runClient([...order, '--site', siteId, '--detach'], { home, services });
  return { home, siteId };
}
