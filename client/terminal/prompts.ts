import type { Readable, Writable } from 'node:stream';
import { CANCEL_SYMBOL, confirm, password, select, text } from '@clack/prompts';
import { EXIT } from './exit-codes.ts';
import { UserError } from './failure.ts';

export interface TextQuestion {
  readonly message: string;
  readonly initial?: string;
  /** What is wrong with an answer, or undefined. */
  readonly check?: (value: string) => string | undefined;
}

/** Questions to a person on a terminal. Each throws an "interrupted" UserError when the person cancels. */
export interface Prompter {
  text(question: TextQuestion): Promise<string>;
  /** The answer is never shown. */
  secret(message: string, check?: TextQuestion['check']): Promise<string>;
  choose<Value extends string>(
    message: string,
    options: readonly { value: Value; label: string; hint?: string }[],
    initial: Value,
  ): Promise<Value>;
  confirm(message: string): Promise<boolean>;
}

/** Where a person types, reads and cancels. */
export interface PromptStreams {
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** Questions go to stderr: stdout is for data. */
export async function createPrompter({ stdin, stderr, signal }: PromptStreams): Promise<Prompter> {
  const streams = { input: stdin, output: stderr, signal };
  return {
    text: async ({ message, initial, check }) =>
      answered(
        await text({
          ...streams,
          message,
          ...(initial !== undefined && { initialValue: initial }),
          validate: (value) => check?.(value ?? ''),
        }),
      ) ?? '',
    secret: async (message, check) =>
      answered(await password({ ...streams, message, validate: (value) => check?.(value ?? '') })) ?? '',
    choose: async (message, options, initial) => {
      const answer = answered(
        await select<string>({
          ...streams,
          message,
          options: options.map(({ value, label, hint }) => ({ value, label, ...(hint && { hint }) })),
          initialValue: initial,
        }),
      );
      return options.find(({ value }) => value === answer)?.value ?? initial;
    },
    confirm: async (message) => answered(await confirm({ ...streams, message, initialValue: false })),
  };
}

function answered<Value>(value: Value | typeof CANCEL_SYMBOL): Value {
  if (value === CANCEL_SYMBOL) throw new UserError(EXIT.interrupted, 'Cancelled: nothing was changed.');
  return value;
}
