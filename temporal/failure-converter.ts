import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces of failures are encrypted like every other payload (`temporal/data-converter.ts`). */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
