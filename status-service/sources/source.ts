import type { LogAnswer, LogWanted } from '../../model/page.ts';
import type { Board } from '../board.ts';

/** Where the pictures come from. */
export interface Source {
  /** Puts pictures on the board until the signal is aborted. Rejects only for a defect. */
  run(board: Board, signal: AbortSignal): Promise<void>;
  /** Gives the end of a log as it is, or why not, within two seconds; never rejects. Null where logs cannot be had. */
  readonly logs: ((wanted: LogWanted, signal: AbortSignal) => Promise<LogAnswer>) | null;
  /** Why there are no pods and logs, for a person. */
  readonly withoutDetails: string;
  /** What is not known as long as this source has said nothing. */
  readonly waitingFor: string;
}
