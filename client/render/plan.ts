import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { collaborationImageOf } from '../../model/collaboration.ts';
import { INPUTS, written } from '../../model/inputs.ts';
import type { PhaseId } from '../../model/phases.ts';
import { PHASES } from '../../model/phases.ts';
import { imageReference } from '../../model/release.ts';
import type { InstallSpec } from '../../model/site.ts';
import { INSTALL_PHASES } from '../../model/steps/index.ts';
import { imageOf } from '../../model/vendor-images.ts';
import { paint, symbol } from '../terminal/style.ts';
import type { Style } from '../terminal/style.ts';
import { columnsOf, hang, pad } from '../terminal/text.ts';

/** One file that an install writes. */
export interface PlannedFile {
  readonly path: string;
  readonly what: string;
  /** An existing file is kept or rewritten. */
  readonly state: 'new' | 'kept' | 'rewritten';
}

/** The plan as a document: `start --dry-run -o json`. */
export interface Plan {
  readonly siteId: string;
  readonly mode: InstallSpec['mode'];
  readonly nodeIp: string;
  readonly release: string;
  readonly specDigest: string;
  /** The inputs as flags, without those that were not given and have no default. */
  readonly inputs: readonly { flag: string; value: string }[];
  readonly phases: readonly { id: PhaseId; title: string; work: string[] }[];
  readonly images: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly warnings: readonly string[];
}

/** The plan as a document. */
export function planOf(
  spec: InstallSpec,
  specDigest: string,
  files: readonly PlannedFile[],
  warnings: readonly string[],
): Plan {
  return {
    siteId: spec.siteId,
    mode: spec.mode,
    nodeIp: spec.nodeIp,
    release: spec.release.releaseVersion,
    specDigest,
    inputs: inputsOf(spec),
    phases: PHASES.map(({ id, title }) => ({ id, title, work: workOf(id, spec) })),
    images: [
      ...VENDOR_IMAGES.map((key) => imageOf(spec, key)),
      ...[collaborationImageOf(spec)].filter((image) => image !== null),
    ].map(imageReference),
    files,
    warnings,
  };
}

/** What an install does in a phase, for this spec, in words that a person can check. */
function workOf(id: PhaseId, spec: InstallSpec): string[] {
  const steps = INSTALL_PHASES.find((phase) => phase.id === id)?.steps ?? [];
  return steps.flatMap(({ plan }) => plan?.(spec) ?? []);
}

function inputsOf(spec: InstallSpec): Plan['inputs'] {
  return INPUTS.flatMap((input) => {
    const value = written(input, spec) ?? '';
    const saysNothing = value === '' || (input.kind === 'switch' && value === 'false');
    return saysNothing ? [] : [{ flag: `--${input.flag}`, value }];
  });
}

/** The plan as text. */
export function planLines(style: Style, plan: Plan): string[] {
  const flagWidth = Math.max(...plan.inputs.map(({ flag }) => flag.length));
  const width = Math.max(...plan.files.map(({ path }) => columnsOf(path)), 0);
  return [
    paint(style, 'strong', `Plan for site ${plan.siteId} on ${plan.nodeIp}: release ${plan.release}, ${plan.mode}`),
    ...plan.phases.flatMap(({ title, work }, index) => [
      '',
      `${String(index + 1).padStart(2)}. ${title}`,
      ...work.flatMap((line) => hang(style, `    ${symbol(style, 'bullet')} `, line)),
    ]),
    '',
    paint(style, 'strong', 'Inputs'),
    ...plan.inputs.map(({ flag, value }) => `    ${flag.padEnd(flagWidth)}  ${value}`),
    '',
    paint(style, 'strong', 'Images'),
    ...plan.images.map((image) => `    ${image}`),
    '',
    paint(style, 'strong', 'Files on this machine'),
    ...plan.files.map(({ path, what, state }) => `    ${pad(path, width)}  ${state.padEnd(9)}  ${what}`),
    ...(plan.warnings.length > 0 ? ['', paint(style, 'warn', 'Warnings')] : []),
    ...plan.warnings.flatMap((line) => hang(style, `    ${symbol(style, 'warning')} `, line)),
    '',
    'Nothing was touched and nothing was started.',
  ];
}
