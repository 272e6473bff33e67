/** The one door of the diagnosis: from a snapshot, or from one message, to what is wrong and what to do. */
export { diagnose, type Diagnosis } from './diagnose.ts';
export type { DiagnoseOptions } from './options.ts';
export { classifyText, type TextContext } from './text.ts';
export { readSnapshot } from './snapshot-input.ts';
export { makeBlocker } from './blockers.ts';
export type { BlockerContext, Facts } from './rule.ts';
export type { Cause, Consequence, ExplanationGraph, RuledOut, Signal } from './graph.ts';
