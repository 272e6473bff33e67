import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { resolveProgram } from '../../tools/resolve.ts';
import { needs } from '../support/needs.ts';

needs('temporal-test-server');

test('the SDK starts the test server; its clock keeps still until the SDK skips an hour in no time', async () => {
  const { path } = await resolveProgram('temporal-test-server');
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  try {
    const before = await environment.currentTimeMs();
    expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
    const started = performance.now();
    await environment.sleep('1 hour');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  } finally {
    await environment.teardown();
  }
});
