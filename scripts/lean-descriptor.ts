import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { z } from 'zod';

/** A node of protobuf.js' JSON descriptors: a namespace, a message, an enum or a service. */
const node = z.looseObject({
  get nested() {
    return z.record(z.string(), node).optional();
  },
  fields: z.record(z.string(), z.looseObject({ type: z.string() })).optional(),
  methods: z.record(z.string(), z.looseObject({ requestType: z.string(), responseType: z.string() })).optional(),
  values: z.record(z.string(), z.number()).optional(),
});
type Node = z.infer<typeof node>;

/** What a client of one kind of workflow can ask of the server; the SDK offers 200 calls more. */
export const KEPT_CALLS: ReadonlySet<string> = new Set([
  'CountWorkflowExecutions',
  'DescribeNamespace',
  'DescribeTaskQueue',
  'DescribeWorkflowExecution',
  'ExecuteMultiOperation',
  'GetSystemInfo',
  'GetWorkflowExecutionHistory',
  'GetWorkflowExecutionHistoryReverse',
  'ListWorkflowExecutions',
  'PollWorkflowExecutionUpdate',
  'QueryWorkflow',
  'RegisterNamespace',
  'RequestCancelWorkflowExecution',
  'RespondActivityTaskFailedById',
  'SignalWithStartWorkflowExecution',
  'SignalWorkflowExecution',
  'StartWorkflowExecution',
  'TerminateWorkflowExecution',
  'UpdateNamespace',
  'UpdateWorkflowExecution',
]);
/** Small, and found by name at run time. */
const KEPT_WHOLE = ['google', 'grpc', 'temporal.api.common', 'temporal.api.errordetails', 'temporal.api.sdk'];

/**
 * Temporal's descriptors are 0.6 MB, turned into objects at every start of the client. The built client carries those of the calls
 * that it makes, and of all that these consist of: `status` takes 15 MB and a tenth of its processor time less, and so does the
 * supervisor, which stays (docs/decisions.md, D57).
 */
export function leanTemporalDescriptor(): Plugin {
  return {
    name: 'lean-temporal-descriptor',
    setup: ({ onLoad }) => {
      onLoad({ filter: /@temporalio[\\/]proto[\\/]protos[\\/]json-module\.js$/ }, async ({ path }) => ({
        contents: leanModule(await readFile(path, 'utf8')),
      }));
    },
  };
}

/** The module with only the descriptors that are needed. Throws if the module has another form. */
export function leanModule(source: string): string {
  const [begin, end] = [source.indexOf('.addJSON('), source.lastIndexOf('});')];
  if (begin < 0 || end < 0) throw new Error('the descriptors of @temporalio/proto have another form than before');
  const from = begin + '.addJSON('.length;
  const whole = z.record(z.string(), node).parse(JSON.parse(source.slice(from, end + 1)));
  return `${source.slice(0, from)}${JSON.stringify(leanDescriptor(whole))}${source.slice(end + 1)}`;
}

function leanDescriptor(whole: Record<string, Node>): Record<string, Node> {
  const root: Node = { nested: whole };
  const kept = new Set<string>();
  const keep = (path: string): void => {
    if (kept.has(path)) return;
    kept.add(path);
    const found = at(root, path);
    for (const { type } of Object.values(found?.fields ?? {})) keepNamed(type, path);
    for (const [name, { requestType, responseType }] of Object.entries(found?.methods ?? {})) {
      if (!KEPT_CALLS.has(name)) continue;
      keepNamed(requestType, path);
      keepNamed(responseType, path);
    }
    // A message's own types, such as those of its maps, stay with it.
    for (const name of Object.keys(found?.nested ?? {})) keep(`${path}.${name}`);
  };
  /** Names are resolved as the language does: in the scope itself, then in each one around it. */
  const keepNamed = (type: string, scope: string): void => {
    const parts = scope.split('.');
    for (let length = parts.length; length >= 0; length -= 1) {
      const path = [...parts.slice(0, length), type].join('.');
      if (at(root, path)) return keep(path);
    }
  };
  for (const path of KEPT_WHOLE) keep(path);
  keep('temporal.api.workflowservice.v1.WorkflowService');
  return z.record(z.string(), node).parse(only(root, '', kept)?.nested);
}

function at(root: Node, path: string): Node | undefined {
  return path.split('.').reduce<Node | undefined>((found, name) => found?.nested?.[name], root);
}

/** The part of a node that is kept, or lies above something that is; services stay, with the calls that are kept. */
function only(from: Node, path: string, kept: ReadonlySet<string>): Node | undefined {
  const nested = Object.entries(from.nested ?? {}).flatMap(([name, child]) => {
    const part = only(child, path === '' ? name : `${path}.${name}`, kept);
    return part ? [[name, part] as const] : [];
  });
  const isLeaf = from.fields !== undefined || from.values !== undefined;
  if (isLeaf && !kept.has(path)) return undefined;
  if (!isLeaf && !from.methods && nested.length === 0) return undefined;
  const methods =
    from.methods && Object.fromEntries(Object.entries(from.methods).filter(([name]) => isKept(name, path)));
  return {
    ...from,
    ...(from.nested && { nested: Object.fromEntries(nested) }),
    ...(methods && { methods }),
  };
}

function isKept(call: string, service: string): boolean {
  return KEPT_CALLS.has(call) || service.startsWith('grpc.');
}
