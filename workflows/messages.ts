import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { InstallObservation, InstallProgress } from '../model/progress.ts';
import {
  QUERY_PROGRESS,
  SIGNAL_OBSERVED,
  UPDATE_PAUSE,
  UPDATE_RESUME,
  UPDATE_RETRY,
  UPDATE_SET_INPUT,
} from '../model/workflow-contract.ts';
import type { Command, InputUpdate } from '../model/workflow-contract.ts';

/** What a running install can be asked and told. Every update answers with the progress it led to. */
export const progressQuery = defineQuery<InstallProgress>(QUERY_PROGRESS);
export const observedSignal = defineSignal<[InstallObservation]>(SIGNAL_OBSERVED);
export const retryUpdate = defineUpdate<InstallProgress, [Command | undefined]>(UPDATE_RETRY);
export const setInputUpdate = defineUpdate<InstallProgress, [InputUpdate]>(UPDATE_SET_INPUT);
export const pauseUpdate = defineUpdate<InstallProgress, [Command | undefined]>(UPDATE_PAUSE);
export const resumeUpdate = defineUpdate<InstallProgress, [Command | undefined]>(UPDATE_RESUME);
