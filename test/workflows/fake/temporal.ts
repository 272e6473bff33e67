import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * A stand-in for the part of `@temporalio/workflow` that the workflows use, without a server: the workflows are bundled with it
 * (load.ts), and a name that it does not have fails the bundle. One run is played at a time; what happens to it comes as jobs.
 */

type Resolve = (value: unknown) => void;
type Reject = (error: Error) => void;

class TemporalFailure extends Error {
  override readonly cause?: Error;
  constructor(message: string, cause?: Error) {
    super(message);
    this.name = new.target.name;
    if (cause) this.cause = cause;
  }
}
export class CancelledFailure extends TemporalFailure {}
export class TimeoutFailure extends TemporalFailure {}
export class ActivityFailure extends TemporalFailure {}
export class ApplicationFailure extends TemporalFailure {
  readonly type: string | undefined;
  readonly details: readonly unknown[];
  constructor(message: string, type?: string, details: readonly unknown[] = []) {
    super(message);
    this.type = type;
    this.details = details;
  }
  static nonRetryable(message: string, type?: string, ...details: unknown[]): ApplicationFailure {
    return new ApplicationFailure(message, type, details);
  }
}
class ContinueAsNew extends Error {
  readonly args: readonly unknown[];
  readonly memo: Record<string, unknown>;
  constructor(args: readonly unknown[], memo: Record<string, unknown>) {
    super('continued as new');
    this.args = args;
    this.memo = memo;
  }
}

export function isCancellation(error: unknown): boolean {
  return (
    error instanceof CancelledFailure || (error instanceof ActivityFailure && error.cause instanceof CancelledFailure)
  );
}

export const ActivityCancellationType = { WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED' } as const;

const scopes = new AsyncLocalStorage<CancellationScope>();

export class CancellationScope {
  readonly #waiting = new Set<() => void>();
  readonly #children = new Set<CancellationScope>();
  #cancelled = false;
  constructor(_options: { readonly cancellable: true }, isRoot = false) {
    if (isRoot) return;
    const parent = CancellationScope.current();
    parent.#children.add(this);
    this.#cancelled = parent.#cancelled;
  }
  static current(): CancellationScope {
    return scopes.getStore() ?? theRun().root;
  }
  get consideredCancelled(): boolean {
    return this.#cancelled;
  }
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return scopes.run(this, work);
  }
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    for (const child of this.#children) child.cancel();
    for (const tell of this.#waiting) tell();
  }
  /** Gives what ends the wait for a cancellation. */
  onCancelled(tell: () => void): () => void {
    this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }
}

/** An activity that the workflow waits for; `cancelRequested` once it gave up on it. */
export interface OpenActivity {
  readonly seq: number;
  readonly activityId: string;
  readonly name: string;
  readonly input: unknown;
  readonly timeouts: Readonly<Record<string, unknown>>;
  cancelRequested: boolean;
}

export type Closed =
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'continued'; readonly args: readonly unknown[]; readonly memo: Record<string, unknown> }
  /** An error that is no failure of the workflow: on a server its task would be tried again without end. */
  | { readonly kind: 'stuck'; readonly error: unknown };

export interface UpdateState {
  readonly id: string;
  state: 'accepted' | 'rejected' | 'answered' | 'failed';
  error?: unknown;
  answer?: unknown;
}

interface Handler {
  readonly work: (...args: unknown[]) => unknown;
  readonly validator?: (...args: unknown[]) => void;
}

let present: Run | null = null;
function theRun(): Run {
  if (!present) throw new Error('nothing of @temporalio/workflow works outside a workflow');
  return present;
}

/** From now on this run is the present one: the library's functions speak of it, as in a worker's sandbox. */
function enter(run: Run): void {
  present = run;
}

/** One run of a workflow. Jobs are applied at once; `settle` lets the workflow go on until it waits for another one. */
export class Run {
  readonly root: CancellationScope;
  readonly open = new Map<number, OpenActivity>();
  readonly updates = new Map<string, UpdateState>();
  readonly runId: string;
  /** The memo as the server has it, each value as JSON. */
  readonly memo: Map<string, string>;
  closed: Closed | null = null;
  /** What the server suggests from the present task on. */
  suggests = false;
  /** In this task: whether the workflow looked at what the server suggests, and how many commands it gave. */
  task = { looked: false, commands: 0 };
  onScheduled: (activity: OpenActivity) => void = () => {};
  /** How often the workflow called each sink in this run, and with what last. */
  readonly sunk = new Map<string, { calls: number; readonly last: unknown }>();
  readonly #handlers = new Map<string, Handler>();
  readonly #ends = new Map<number, { readonly resolve: Resolve; readonly reject: Reject }>();
  readonly #conditions = new Set<{ readonly isMet: () => boolean; readonly resolve: () => void }>();
  readonly #buffered: { readonly name: string; readonly deliver: () => void }[] = [];
  #seq = 0;
  #running = 0;

  constructor(runId: string, memo: Readonly<Record<string, unknown>>) {
    this.runId = runId;
    this.memo = new Map(Object.entries(memo).map(([key, value]) => [key, JSON.stringify(value)]));
    enter(this);
    this.root = new CancellationScope({ cancellable: true }, true);
  }

  start(workflow: (...args: never[]) => Promise<unknown>, args: readonly unknown[]): void {
    const main = async (): Promise<void> => {
      try {
        this.closed = { kind: 'completed', result: await workflow(...(args as never[])) };
      } catch (error) {
        if (error instanceof ContinueAsNew) this.closed = { kind: 'continued', args: error.args, memo: error.memo };
        else if (isCancellation(error) && this.root.consideredCancelled) this.closed = { kind: 'cancelled' };
        else this.closed = { kind: 'stuck', error };
      }
    };
    void scopes.run(this.root, main);
  }

  signal(name: string, argument: unknown): void {
    this.#deliver(name, ({ work }) => work(argument));
  }

  update(id: string, name: string, argument: unknown): void {
    this.#deliver(name, ({ work, validator }) => {
      const update: UpdateState = { id, state: 'rejected' };
      this.updates.set(id, update);
      try {
        validator?.(argument);
      } catch (error) {
        update.error = error;
        return;
      }
      update.state = 'accepted';
      this.task.commands += 1;
      this.#running += 1;
      const answer = async (): Promise<void> => {
        try {
          update.answer = await work(argument);
          update.state = 'answered';
        } catch (error) {
          update.state = 'failed';
          update.error = error;
        }
        this.#running -= 1;
        this.task.commands += 1;
      };
      void scopes.run(this.root, answer);
    });
  }

  query(name: string): unknown {
    return this.#handlers.get(name)?.work();
  }

  end(seq: number, end: { readonly result: unknown } | { readonly cause: Error }): void {
    const waiting = this.#ends.get(seq);
    this.open.delete(seq);
    this.#ends.delete(seq);
    if ('result' in end) waiting?.resolve(end.result);
    else waiting?.reject(new ActivityFailure('Activity task failed', end.cause));
  }

  async settle(): Promise<void> {
    for (;;) {
      // All of the workflow's microtasks run before the next immediate.
      await new Promise((resolve) => setImmediate(resolve));
      const met = [...this.#conditions].find(({ isMet }) => isMet());
      if (!met) return;
      this.#conditions.delete(met);
      met.resolve();
    }
  }

  get continueAsNewSuggested(): boolean {
    this.task.looked = true;
    return this.suggests;
  }

  sink(name: string, value: unknown): void {
    this.sunk.set(name, { calls: (this.sunk.get(name)?.calls ?? 0) + 1, last: value });
  }

  get handlersAreFinished(): boolean {
    return this.#running === 0;
  }

  handle(name: string, handler: Handler): void {
    this.#handlers.set(name, handler);
    const waiting = this.#buffered.filter((one) => one.name === name);
    for (const one of waiting) {
      this.#buffered.splice(this.#buffered.indexOf(one), 1);
      one.deliver();
    }
  }

  schedule(
    name: string,
    input: unknown,
    timeouts: Readonly<Record<string, unknown>>,
    activityId?: string,
  ): Promise<unknown> {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) return Promise.reject(new CancelledFailure('Activity cancelled before scheduled'));
    this.#seq += 1;
    const activity: OpenActivity = {
      seq: this.#seq,
      activityId: activityId ?? String(this.#seq),
      name,
      input: JSON.parse(JSON.stringify(input)),
      timeouts,
      cancelRequested: false,
    };
    this.open.set(activity.seq, activity);
    this.task.commands += 1;
    scope.onCancelled(() => {
      this.task.commands += 1;
      activity.cancelRequested = true;
    });
    this.onScheduled(activity);
    return new Promise((resolve, reject) => this.#ends.set(activity.seq, { resolve, reject }));
  }

  condition(isMet: () => boolean): Promise<void> {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) return Promise.reject(new CancelledFailure('cancelled'));
    return new Promise((resolve, reject) => {
      const forget = scope.onCancelled(() => {
        this.#conditions.delete(waiting);
        reject(new CancelledFailure('cancelled'));
      });
      const waiting = {
        isMet,
        resolve: () => {
          forget();
          resolve();
        },
      };
      if (isMet()) waiting.resolve();
      else this.#conditions.add(waiting);
    });
  }

  #deliver(name: string, take: (handler: Handler) => void): void {
    const handler = this.#handlers.get(name);
    if (handler) take(handler);
    else this.#buffered.push({ name, deliver: () => this.#deliver(name, take) });
  }
}

interface Definition {
  readonly name: string;
}
const define = (name: string): Definition => ({ name });
export { define as defineQuery, define as defineSignal, define as defineUpdate };

export function setHandler(
  { name }: Definition,
  work: Handler['work'],
  options?: { readonly validator?: Handler['validator'] },
): void {
  theRun().handle(name, { work, ...(options?.validator && { validator: options.validator }) });
}

export function proxyActivities(timeouts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const activity = (name: string) =>
    Object.assign((input: unknown) => theRun().schedule(name, input, timeouts), {
      executeWithOptions: ({ activityId }: { readonly activityId: string }, [input]: readonly unknown[]) =>
        theRun().schedule(name, input, timeouts, activityId),
    });
  return new Proxy({}, { get: (_, name) => activity(String(name)) });
}

/** A sink hears of things as they are when the task ends. Nothing waits for it, and a call is no command. */
export function proxySinks(): Record<string, Record<string, (value: unknown) => void>> {
  const call = (name: string) => (value: unknown) => theRun().sink(name, value);
  return new Proxy(
    {},
    { get: (_, sink) => new Proxy({}, { get: (_of, fn) => call(`${String(sink)}.${String(fn)}`) }) },
  );
}

export function condition(isMet: () => boolean): Promise<void> {
  return theRun().condition(isMet);
}

/** A play loses no attempt to somebody else, and nothing else rests in the workflow. */
export function sleep(): Promise<void> {
  return Promise.reject(new Error('no play sleeps'));
}

export function allHandlersFinished(): boolean {
  return theRun().handlersAreFinished;
}

export function upsertMemo(memo: Readonly<Record<string, unknown>>): void {
  const run = theRun();
  run.task.commands += 1;
  for (const [key, value] of Object.entries(memo)) run.memo.set(key, JSON.stringify(value));
}

export function patched(_change: string): boolean {
  return true;
}

export function workflowInfo(): { readonly runId: string; readonly continueAsNewSuggested: boolean } {
  return theRun();
}

export function makeContinueAsNewFunc(options: { readonly memo?: Record<string, unknown> } = {}) {
  const memo = options.memo && (JSON.parse(JSON.stringify(options.memo)) as Record<string, unknown>);
  return (...args: unknown[]): Promise<never> =>
    Promise.reject(new ContinueAsNew(JSON.parse(JSON.stringify(args)) as unknown[], memo ?? {}));
}

export function continueAsNew(...args: unknown[]): Promise<never> {
  return makeContinueAsNewFunc()(...args);
}
