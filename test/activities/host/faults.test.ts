import { describe, expect, test } from 'vitest';
import { awaitSecureApi } from '../../../activities/phases/host/await-secure-api.ts';
import { bootstrapEtcd } from '../../../activities/phases/host/bootstrap-etcd.ts';
import { configureNode } from '../../../activities/phases/host/configure-node.ts';
import { reachNode } from '../../../activities/phases/host/reach-node.ts';
import { TalosError } from '../../../activities/ports/talos.ts';
import { blockersOf } from '../../../activities/classify.ts';
import { blockersFrom, fastClock, runSteps } from '../context.ts';
import { TO_ETCD, testNode } from './machine.ts';

const TO_API = TO_ETCD.slice(0, -1);

describe('calls that are cut off', () => {
  test.each(['before', 'after'] as const)('ApplyConfiguration, %s its effect: the next run goes on', async (when) => {
    const { site, machine } = await testNode({
      faults: [{ kind: 'call', method: 'ApplyConfiguration', nth: 1, when, action: 'cut' }],
    });
    const { facts } = await runSteps(site, [reachNode]);
    await expect(configureNode(site.context({ facts }))).rejects.toBeInstanceOf(TalosError);
    await runSteps(site, TO_ETCD.slice(1), { facts });
    const { effects } = await machine.control.state();
    expect(effects).toMatchObject({ applyConfiguration: 1, install: 1, bootstrap: 1 });
  });

  test.each([
    { when: 'before', action: 'cut' },
    { when: 'after', action: 'cut' },
    { when: 'after', action: 'reboot' },
  ] as const)('Bootstrap, $when its effect ($action): etcd is started once', async ({ when, action }) => {
    const { site, machine } = await testNode({ faults: [{ kind: 'call', method: 'Bootstrap', nth: 1, when, action }] });
    const { outcomes } = await runSteps(site, TO_ETCD);
    expect(outcomes.at(-1)?.detail).toMatch(/etcd (was started and is healthy|is already running)/);
    const { effects, bootstrapped } = await machine.control.state();
    expect({ bootstrap: effects['bootstrap'], bootstrapped }).toEqual({ bootstrap: 1, bootstrapped: true });
  });

  test('two bootstraps at once: one effect', async () => {
    const { site, machine } = await testNode();
    const { facts } = await runSteps(site, TO_API);
    await Promise.all([bootstrapEtcd(site.context({ facts })), bootstrapEtcd(site.context({ facts }))]);
    expect((await machine.control.state()).effects).toMatchObject({ bootstrap: 1 });
  });

  test('a power cut while it installs: it comes back empty and gets the same configuration again', async () => {
    const { site, machine } = await testNode({ times: { install: 1_500, boot: 50, services: 100, etcd: 50 } });
    const { facts } = await runSteps(site, [reachNode, configureNode]);
    await machine.control.waitFor(({ stage }) => stage === 'installing');
    await machine.control.powerCut();
    await machine.control.waitFor(({ stage }) => stage === 'maintenance');
    // Past the half minute in which a node that took its configuration still shows its maintenance API.
    const outcome = await awaitSecureApi(site.context({ facts, ports: { clock: fastClock(60) } }));
    expect(outcome.detail).toContain('Talos v1.12.0 answers');
    expect(site.seen.join('\n')).toContain('it came back without installing');
    expect((await machine.control.state()).effects).toMatchObject({ applyConfiguration: 2, install: 1 });
  });
});

describe('what a person must mend', () => {
  test('an installation that fails every time', async () => {
    const { site } = await testNode({ faults: [{ kind: 'install-fails' }] });
    const hasty = { ports: { clock: fastClock(60) } };
    const { facts } = await runSteps(site, [reachNode, configureNode], hasty);
    const [blocker] = await blockersFrom(awaitSecureApi(site.context({ facts, ...hasty })));
    expect(blocker).toMatchObject({ code: 'unknown-failure' });
    expect(blocker?.reason).toContain('accepted its configuration 2 times and returned to maintenance mode');
    expect(blocker?.nextAction).toContain('factory.talos.dev');
  });

  test('an installer image whose registry cannot be resolved, told while the node still tries', async () => {
    const { site, machine } = await testNode({ faults: [{ kind: 'dns-refused', resolver: '192.0.2.1' }] });
    const spec = { dnsServers: ['192.0.2.1'] };
    const { facts } = await runSteps(site, TO_API.slice(0, -1), { spec });
    const [blocker] = await blockersFrom(awaitSecureApi(site.context({ spec, facts })));
    expect(blocker).toMatchObject({ code: 'dns-resolution-failure', retry: 'automatic' });
    expect(blocker?.reason).toContain('factory.talos.dev');
    expect(blocker?.evidence[0]?.message).toContain('lookup factory.talos.dev on 192.0.2.1:53: connection refused');
    await machine.control.liftFault('dns-refused');
    await expect(awaitSecureApi(site.context({ spec, facts }))).resolves.toMatchObject({ did: 'nothing-to-do' });
  });

  test('an etcd that does not become healthy', async () => {
    const { site, machine } = await testNode({ faults: [{ kind: 'etcd-down' }] });
    const { facts } = await runSteps(site, TO_API);
    const [blocker] = await blockersFrom(bootstrapEtcd(site.context({ facts, ports: { clock: fastClock(200) } })));
    expect(blocker).toMatchObject({ code: 'talos-etcd-unhealthy', component: 'etcd' });
    expect(blocker?.evidence[0]?.message).toContain('connection refused');
    await machine.control.liftFault('etcd-down');
    await expect(bootstrapEtcd(site.context({ facts }))).resolves.toMatchObject({ did: 'nothing-to-do' });
    expect((await machine.control.state()).effects).toMatchObject({ bootstrap: 1 });
  });

  test('a node that reaches no time server, told by its refusal to start etcd', async () => {
    const { site } = await testNode();
    const { facts } = await runSteps(site, TO_API);
    const stderr = 'error executing bootstrap: rpc error: code = FailedPrecondition desc = time is not in sync yet';
    const talos = {
      ...site.context().ports.talos,
      bootstrap: async () => {
        throw new TalosError('not-yet', { command: 'talosctl bootstrap', exitCode: 1, stdout: '', stderr });
      },
    };
    const context = site.context({ facts, ports: { talos, clock: fastClock(200) } });
    const [blocker] = await blockersFrom(bootstrapEtcd(context));
    expect(blocker).toMatchObject({ code: 'clock-skew', evidence: [{ message: stderr }] });
    expect(blocker?.nextAction).toContain('--ntp-servers');
    expect(site.seen).toContain('etcd to be healthy: the node is waiting for a time server to set its clock');
  });

  test('a configuration that the node refuses', async () => {
    const { site } = await testNode({
      faults: [
        {
          kind: 'call',
          method: 'ApplyConfiguration',
          action: 'error',
          code: 3,
          message: 'configuration validation failed: 1 error occurred: machine.install.disk is not here',
        },
      ],
    });
    const { facts } = await runSteps(site, [reachNode]);
    const context = site.context({ facts });
    const error = await configureNode(context).catch((thrown: unknown) => thrown);
    expect(blockersOf(error, context, 1)).toMatchObject([{ code: 'talos-config-invalid' }]);
  });
});
