import { titleOf } from '../../tools/program.ts';
import type { Program } from '../../tools/program.ts';
import { duration } from '../../tools/progress.ts';

/** What the demo is going to do, known before it does anything. */
export interface DemoPlan {
  /** Why the simulation is run; null for the lab. */
  readonly whyNoLab: string | null;
  /** Programs to obtain first, in this order. */
  readonly missing: readonly Pick<Program, 'id' | 'version' | 'minutes'>[];
  /** The client was never built in this checkout. */
  readonly buildsClient: boolean;
  /** A lab of an earlier demo is there, and is removed first. */
  readonly replacesLab: boolean;
}

export const LAB = 'demo';

/** For two cores without other work. */
const MINUTES = { client: 0.2, lab: 0.5, images: 1, install: { lab: 2, simulation: 0.6 } } as const;

/** What `npm run demo` says first: what it will do, why so, how long each step takes, and what keeps running afterwards. */
export function announcement(plan: DemoPlan): string[] {
  const steps = stepsOf(plan);
  const minutes = steps.reduce((sum, step) => sum + step.minutes, 0);
  return [
    ...whatAndWhy(plan),
    '',
    `Steps, about ${time(minutes)} in all on two idle cores:`,
    ...steps.flatMap((step, index) => [
      `  ${index + 1}. ${step.what}: ${step.time ?? `about ${time(step.minutes)}`}`,
      ...(step.details === undefined ? [] : [`     ${step.details}`]),
    ]),
    'No step is silent for more than 10 seconds. Ctrl-C stops; programs that are finished are kept.',
    '',
    plan.whyNoLab === null
      ? 'Keeps running afterwards: the lab (node, registry, Git server) and a local Temporal server.'
      : 'Keeps running afterwards: a local Temporal server.',
    'The last lines of this demo list it, with the commands that stop and remove it.',
    '',
  ];
}

function whatAndWhy({ whyNoLab, missing }: DemoPlan): string[] {
  if (whyNoLab === null) {
    const asWell = missing.length > 0 ? ['To skip the lab and what it needs: npm run demo -- --simulate'] : [];
    return [
      'This demo installs an appliance in the lab, on this machine.',
      'Real: talosctl, Kubernetes, Flux, Helm, Postgres. Simulated: the Talos machine. The vendor images are labelled stand-ins.',
      ...asWell,
    ];
  }
  return [
    'This demo runs a simulation: the real client and workflow, and a simulated appliance.',
    `The lab, with real Kubernetes, is not used: ${whyNoLab}`,
  ];
}

interface Step {
  readonly what: string;
  readonly minutes: number;
  /** Where "about" is not the whole truth. */
  readonly time?: string;
  readonly details?: string;
}

function stepsOf({ whyNoLab, missing, buildsClient, replacesLab }: DemoPlan): Step[] {
  const steps: Step[] = [];
  if (missing.length > 0) {
    const minutes = missing.reduce((sum, program) => sum + program.minutes, 0);
    const many = missing.length === 1 ? 'the missing program' : `${missing.length} missing programs`;
    steps.push({
      what: `Obtain ${many}, once`,
      minutes,
      details: missing.map(titleOf).join(', '),
      time: `up to about ${time(minutes)} if all have to be built, less if they can be downloaded`,
    });
  }
  if (buildsClient) steps.push({ what: 'Build the client, once', minutes: MINUTES.client });
  if (whyNoLab !== null) {
    return [...steps, { what: 'Run the simulated install and follow it', minutes: MINUTES.install.simulation }];
  }
  const remove = replacesLab ? `Remove the lab "${LAB}" of an earlier demo, and start` : `Start the lab "${LAB}"`;
  return [
    ...steps,
    {
      what: replacesLab ? `${remove} a new one` : remove,
      minutes: MINUTES.lab,
      time: `about ${time(MINUTES.lab)}; about ${time(MINUTES.images)} more if its images have to be built`,
    },
    { what: 'Install the appliance and follow it', minutes: MINUTES.install.lab },
  ];
}

/** An estimate of 30 minutes is not exact to the second. */
const time = (minutes: number): string =>
  duration(minutes < 5 ? Math.ceil(minutes * 12) * 5_000 : Math.ceil(minutes) * 60_000);
