import type { Board } from '../board.ts';

export interface LogWanted {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly tailLines: number;
  readonly signal: AbortSignal;
}

/** The end of a log, or in words why there is none. `status` is what an HTTP answer says of it. */
export type LogAnswer =
  | { readonly text: string }
  | { readonly problem: string; readonly status: 403 | 404 | 502 | 504 };

/** Where the pictures come from. */
export interface Source {
  /** Puts pictures on the board until the signal is aborted. Rejects only for a defect. */
  run(board: Board, signal: AbortSignal): Promise<void>;
  /** Null where logs cannot be had, and why. */
  readonly logs: ((wanted: LogWanted) => Promise<LogAnswer>) | null;
  /** Why there are no pods and logs, for a person. */
  readonly withoutDetails: string;
  /** What is not known as long as this source has said nothing. */
  readonly waitingFor: string;
}
