import type { Program } from './program.ts';
import { titleOf, variableOf } from './program.ts';

/** One place that was searched for a program, and why it was not found there. */
export interface Attempt {
  readonly place: string;
  readonly reason: string;
}

/** A program was not found anywhere. The message lists every place and what a person can do; the client exits 7. */
export class ProgramMissingError extends Error {
  override readonly name = 'ProgramMissingError';
  readonly programId: string;
  readonly tried: readonly Attempt[];
  readonly nextSteps: readonly string[];

  constructor(program: Program, tried: readonly Attempt[], nextSteps: readonly string[], problem = 'is missing') {
    super(
      [
        `${titleOf(program)} ${problem}. It ${program.purpose}.`,
        'Tried:',
        ...tried.map((attempt) => `  - ${attempt.place}: ${attempt.reason}`),
        nextSteps.length === 1 ? 'What to do:' : 'Do one of these:',
        ...nextSteps.map((step) => `  - ${step}`),
      ].join('\n'),
    );
    this.programId = program.id;
    this.tried = tried;
    this.nextSteps = nextSteps;
  }
}

/** What a person can do to get a program that is missing, the easiest first. */
export function nextStepsFor(program: Program, tried: readonly Attempt[]): string[] {
  const check = program.versionCheck;
  const range = check === undefined || check === 'any' ? '' : ` ${check.accepts}`;
  const steps = [
    program.debian === undefined
      ? `install ${titleOf(program)} so that it is on PATH: ${program.homepage}`
      : `install ${program.id}${range}: on Debian or Ubuntu \`apt-get install ${program.debian.join(' ')}\` as root; elsewhere see ${program.homepage}`,
    `name the file in ${variableOf(program)}`,
  ];
  if (tried.some((attempt) => attempt.place.startsWith('download '))) {
    steps.push('connect this machine to the internet, and run the same command again');
  }
  if (tried.some((attempt) => attempt.reason.startsWith('no `go`'))) {
    steps.push('install Go (https://go.dev/dl), and run the same command again: it is then built from its Go module');
  }
  if (program.build?.kind === 'maven') {
    steps.push(
      'install Java 17 or later and Maven (https://maven.apache.org/install.html), and run the same command again',
    );
  }
  return steps;
}
