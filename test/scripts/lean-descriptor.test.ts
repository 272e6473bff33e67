import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import { KEPT_CALLS, leanModule } from '../../scripts/lean-descriptor.ts';

const DESCRIPTORS = createRequire(import.meta.url).resolve('@temporalio/proto/protos/json-module.js');

interface Root {
  resolveAll(): void;
  lookupService(name: string): { methods: Record<string, unknown> };
  lookupType(name: string): { fields: Record<string, unknown> };
}

/** Evaluates a module of descriptors as Node would, apart from the one that the SDK has loaded. */
function load(source: string): Root {
  const module: { exports: unknown } = { exports: {} };
  const apart = source.replaceAll('"__temporal"', '"__temporal_lean"');
  const run = runInThisContext(`(function (module, require) { ${apart}\n})`) as (
    module: { exports: unknown },
    require: NodeJS.Require,
  ) => void;
  run(module, createRequire(DESCRIPTORS));
  return module.exports as Root;
}

test('what the built client carries of the descriptors is whole: every type that is named is there', async () => {
  const source = await readFile(DESCRIPTORS, 'utf8');
  const lean = leanModule(source);
  expect(lean.length).toBeLessThan(source.length / 4);
  const root = load(lean);
  root.resolveAll();
  expect(Object.keys(root.lookupService('temporal.api.workflowservice.v1.WorkflowService').methods).toSorted()).toEqual(
    [...KEPT_CALLS].toSorted(),
  );
  const event = root.lookupType('temporal.api.history.v1.HistoryEvent');
  expect(Object.keys(event.fields)).toContain('workflowExecutionUpdateAcceptedEventAttributes');
  for (const name of ['testservice.v1.TestService', 'operatorservice.v1.OperatorService'])
    expect(root.lookupService(`temporal.api.${name}`)).toBeDefined();
  expect(Object.keys(root.lookupService('grpc.health.v1.Health').methods)).toContain('Check');
});

test('every call that the client makes by itself is kept', async () => {
  const calls = new Set<string>();
  for await (const file of glob(['client/**/*.ts', 'temporal/**/*.ts', 'worker/**/*.ts'])) {
    for (const [, call = ''] of (await readFile(file, 'utf8')).matchAll(/workflowService\s*\.(\w+)\(/g))
      calls.add(call.replace(/^./, (letter) => letter.toUpperCase()));
  }
  expect([...calls].toSorted()).toEqual([
    'CountWorkflowExecutions',
    'DescribeTaskQueue',
    'DescribeWorkflowExecution',
    'GetWorkflowExecutionHistoryReverse',
    'ListWorkflowExecutions',
    'RegisterNamespace',
    'RespondActivityTaskFailedById',
    'UpdateNamespace',
  ]);
  for (const call of calls) expect(KEPT_CALLS).toContain(call);
});

test('descriptors of another form stop the build', () => {
  expect(() => leanModule('module.exports = {};')).toThrow('another form');
});
