import { inputAt } from '../../model/inputs.ts';
import type { InstallSpec } from '../../model/site.ts';
import { differences } from './differences.ts';
import type { Difference } from './differences.ts';
import type { Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';

/** Why a second install is refused; `running` is null when its spec cannot be read. */
export function refusalLines(
  style: Style,
  running: InstallSpec | null,
  asked: InstallSpec,
  call: (command: string) => string,
): string[] {
  const site = asked.siteId;
  const found = running ? summed(differences(running, asked), running, asked) : [];
  // `set` cannot restore a default.
  const canSet = found.filter(({ path, asked: after }) => after && inputAt(path)?.changeable);
  return [
    `error: ${site} is already being installed with different inputs. Nothing was changed.`,
    ...(running
      ? table(
          style,
          ['INPUT', 'RUNNING', 'REQUESTED'],
          found.map(({ path, running: before, asked: after }) => [
            { text: inputName(path) },
            { text: before || 'none' },
            { text: after || 'none' },
          ]),
        ).map((line) => `  ${line}`)
      : ['The inputs of the running install cannot be read here.']),
    `To follow the running install: \`${call('resume')}\`.`,
    ...(canSet.length > 0 && canSet.length === found.length
      ? [
          `To change its inputs: \`${call('set')}\` with ${[...new Set(canSet.map(({ path }) => inputName(path)))].join(', ')}.`,
        ]
      : []),
    `To replace it: \`${call('cancel')}\`, then start again.`,
  ];
}

/** A release is one input, however many of its parts differ. */
function summed(found: readonly Difference[], running: InstallSpec, asked: InstallSpec): Difference[] {
  const others = found.filter(({ path }) => path[0] !== 'release');
  if (others.length === found.length) return others;
  const [before, after] = [running.release.releaseVersion, asked.release.releaseVersion];
  const release = {
    path: ['release'],
    running: before,
    asked: before === after ? `${after}, with different contents` : after,
  };
  return [release, ...others];
}

function inputName(path: readonly string[]): string {
  if (path[0] === 'mode') return '--fresh | --recover';
  const input = inputAt(path);
  return input && input.path.length >= path.length ? `--${input.flag}` : path.join('.');
}
