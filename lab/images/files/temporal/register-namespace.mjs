// Makes Temporal's default namespace once the server answers; one that exists (ALREADY_EXISTS, 6) is right too.
import { setTimeout as delay } from 'node:timers/promises';
import { call } from './grpc.mjs';

const [address, name] = process.argv.slice(2);
const field = (number, bytes) => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
// RegisterNamespaceRequest: namespace = 1, workflow_execution_retention_period = 4 (72 h, as a varint of 259200 seconds).
const request = Buffer.concat([field(1, Buffer.from(name)), field(4, Buffer.from([0x08, 0x80, 0xe9, 0x0f]))]);
for (;;) {
  const status = await call(
    address,
    '/temporal.api.workflowservice.v1.WorkflowService/RegisterNamespace',
    request,
  ).catch((error) => error.message);
  if (status === 0 || status === 6) break;
  console.log(`namespace ${name} not made yet: ${status}`);
  await delay(2_000);
}
console.log(`namespace ${name} is there`);
