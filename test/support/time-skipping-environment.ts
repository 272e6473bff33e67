import { TestWorkflowEnvironment } from '@temporalio/testing';
import { resolveProgram } from '../../tools/resolve.ts';
import { needs } from './needs.ts';

needs('temporal-test-server');

/** Temporal's library gives the server five seconds to start, which a busy machine may need longer for. */
const STARTS = 4;

/** Temporal's test server whose clock jumps over timers (Java, from Maven); for what would take hours. */
export async function timeSkippingEnvironment(starts = STARTS): Promise<TestWorkflowEnvironment> {
  const program = await resolveProgram('temporal-test-server');
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: program.path } },
    });
  } catch (error) {
    if (starts === 1 || !String(error).includes('did not start within')) throw error;
    return timeSkippingEnvironment(starts - 1);
  }
}
