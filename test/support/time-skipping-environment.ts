import { TestWorkflowEnvironment } from '@temporalio/testing';
import { resolveProgram } from '../../tools/resolve.ts';
import { needs } from './needs.ts';

needs('temporal-test-server');

/** Temporal's test server whose clock jumps over timers (Java, from Maven); for what would take hours. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const program = await resolveProgram('temporal-test-server');
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: program.path } },
  });
}
