import { AdvisedError } from '../model/render-advice.ts';

/** No Temporal server can be reached or started. The message says what was tried and what to do next. */
export class TemporalUnavailableError extends AdvisedError {
  override readonly name = 'TemporalUnavailableError';
}
