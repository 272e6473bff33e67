import { describe, expect, test } from 'vitest';
import { announcement } from '../../scripts/demo/announcement.ts';
import type { DemoPlan } from '../../scripts/demo/announcement.ts';
import { leftoverLines } from '../../scripts/demo/leftovers.ts';
import type { Leftovers } from '../../scripts/demo/leftovers.ts';

const LAB: DemoPlan = { whyNoLab: null, missing: [], buildsClient: false, replacesLab: false };

describe('what the demo says first', () => {
  test('in the lab: what it is, each step with its time, and what keeps running', () => {
    const lines = announcement({
      ...LAB,
      missing: [
        { id: 'etcd', version: '3.6.16', minutes: 1 },
        { id: 'socat', minutes: 0.5 },
      ],
      buildsClient: true,
      replacesLab: true,
    });
    expect(lines).toEqual([
      'This demo installs an appliance in the lab, on this machine.',
      'Real: talosctl, Kubernetes, Flux, Helm, Postgres. Simulated: the Talos machine. The vendor images are labelled stand-ins.',
      'To skip the lab and what it needs: npm run demo -- --simulate',
      '',
      'Steps, about 4m 15s in all on two idle cores:',
      '  1. Obtain 2 missing programs, once: up to about 1m 30s if all have to be built, less if they can be downloaded',
      '     etcd 3.6.16, socat',
      '  2. Build the client, once: about 15s',
      '  3. Remove the lab "demo" of an earlier demo, and start a new one: about 30s; about 1m more if its images have to be built',
      '  4. Install the appliance and follow it: about 2m',
      'No step is silent for more than 10 seconds. Ctrl-C stops; programs that are finished are kept.',
      '',
      'Keeps running afterwards: the lab (node, registry, Git server) and a local Temporal server.',
      'The last lines of this demo list it, with the commands that stop and remove it.',
      '',
    ]);
  });

  test('where everything is there: no step but the install, and no way to skip', () => {
    const lines = announcement(LAB);
    expect(lines.filter((line) => /^ {2}\d\. /.test(line))).toEqual([
      '  1. Start the lab "demo": about 30s; about 1m more if its images have to be built',
      '  2. Install the appliance and follow it: about 2m',
    ]);
    expect(lines.join('\n')).not.toContain('--simulate');
  });

  test('in the simulation: why there is no lab, and no word of one that is left', () => {
    const lines = announcement({ ...LAB, whyNoLab: 'this is darwin.' });
    expect(lines).toContain('The lab, with real Kubernetes, is not used: this is darwin.');
    expect(lines).toContain('  1. Run the simulated install and follow it: about 40s');
    expect(lines).toContain('Keeps running afterwards: a local Temporal server.');
  });
});

const LEFT: Leftovers = {
  lab: {
    name: 'demo',
    folder: '/labs/demo',
    supervisor: 41,
    machine: { address: '198.18.7.2', registry: '198.18.7.1:5000', git: 'http://198.18.7.1:8418/appliance.git' },
  },
  background: {
    home: '/labs/demo/operator',
    exists: true,
    server: { pid: 42, address: '127.0.0.1:7233' },
    worker: { pid: 43 },
  },
  cache: { programs: '/cache/tools', images: '/cache/lab' },
};

describe('what the demo says last', () => {
  test('a lab: every process, its folders, and one command that ends it all', () => {
    expect(leftoverLines(LEFT)).toEqual([
      '',
      'Still running:',
      '  Lab             supervisor process 41; node 198.18.7.2, registry 198.18.7.1:5000, Git server http://198.18.7.1:8418/appliance.git',
      '  Temporal server process 42, 127.0.0.1:7233',
      '  Worker          process 43',
      'Files:',
      '  Lab             /labs/demo',
      '  Demo site       /labs/demo/operator',
      '  Programs        /cache/tools (for the next run)',
      '  Images          /cache/lab (for the next run)',
      'Inspect it:',
      '  npm run lab -- status --name demo',
      '  bin/appliance-client worker status --config-dir /labs/demo/operator',
      'Stop and remove it, in this order:',
      '  npm run lab -- down --name demo    # all of it, except programs and images',
    ]);
  });

  test('a lab whose processes have gone is removed all the same', () => {
    const lab = { name: 'demo', folder: '/labs/demo', supervisor: null, machine: null };
    const background = { home: '/labs/demo/operator', exists: false, server: null, worker: null };
    const lines = leftoverLines({ ...LEFT, lab, background });
    expect(lines).toContain('Nothing of this demo is running.');
    expect(lines.at(-1)).toContain('npm run lab -- down --name demo');
  });

  test('nothing: no command either', () => {
    const background = { home: '/home/demo', exists: false, server: null, worker: null };
    const cache = { programs: null, images: null };
    expect(leftoverLines({ lab: null, background, cache })).toEqual(['', 'Nothing of this demo is running.']);
  });
});
