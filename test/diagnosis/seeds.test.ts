import { describe, expect, it } from 'vitest';
import { diagnose } from '../support/diagnosed.ts';
import { snapshot as snapshotSchema } from '../../model/snapshot.ts';
import { statusDocument } from '../../model/status.ts';
import { NOW } from './appliance.ts';
import { SEEDS } from './seeds.ts';
import { told } from './told.ts';

describe('the seeds of the field, each with what is told of it', () => {
  it.each(Object.entries(SEEDS))('%s', async (name, make) => {
    const seed = make();
    expect(snapshotSchema.safeParse(seed).error).toBeUndefined();
    const { status } = diagnose(seed, { now: new Date(NOW) });
    expect(statusDocument.safeParse(status).error).toBeUndefined();
    await expect(told(status)).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  const answer = (name: string) => {
    const make = SEEDS[name];
    if (!make) throw new Error(`there is no seed ${name}`);
    const { status } = diagnose(make(), { now: new Date(NOW) });
    return {
      state: status.rollup.state,
      causes: status.topBlockers.map((one) => `${one.code}/${one.component}`),
      login: status.tiers.login.ready,
    };
  };

  it.each([
    ['healthy', 'fully_healthy', [], true],
    ['background-image-missing', 'ready_with_background_issues', ['image-tag-missing/workflow-worker'], true],
    ['core-image-missing', 'failed_action_required', ['image-tag-missing/alga-core'], false],
    ['sub-path-under-helm-time-out', 'failed_action_required', ['volume-subpath-failed/db'], false],
    [
      'interrupted-pull-of-email-service',
      'ready_with_background_issues',
      ['image-pull-interrupted/email-service'],
      true,
    ],
    ['temporal-without-schema', 'ready_with_background_issues', ['temporal-schema-missing/temporal'], true],
    ['service-link-crash-of-temporal-ui', 'ready_with_background_issues', ['service-link-collision/temporal-ui'], true],
    ['dns-refused-for-the-talos-installer', 'failed_action_required', ['dns-resolution-failure/talos'], false],
    ['talosconfig-of-another-node', 'failed_action_required', ['talos-tls-mismatch/talos'], false],
    ['core-image-pulling-for-16-minutes', 'installing', [], false],
    ['seed-directory-missing', 'failed_action_required', ['bootstrap-job-failed/bootstrap'], false],
    ['api-server-down', 'unknown', ['kubernetes-unreachable/kubernetes'], false],
    ['fault-hidden-behind-newer-events', 'failed_action_required', ['image-tag-missing/db'], false],
  ])('%s is %s', (name, state, causes, canLogIn) => {
    expect(answer(name)).toEqual({ state, causes, login: canLogIn });
  });
});
