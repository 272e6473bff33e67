import type { z } from 'zod';
import { changedSpec } from '../../model/input-change.ts';
import { inputChange } from '../../model/site.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../terminal/failure.ts';
import { callOf } from '../site/hints.ts';
import type { InstallClient } from '../install/install-client.ts';
import { optionKey } from '../terminal/flags.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import { recordSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { faultsError } from '../inputs/faults.ts';
import type { Fault } from '../inputs/faults.ts';
import { CHANGEABLE, fieldOf } from '../inputs/fields.ts';
import type { FieldKey } from '../inputs/fields.ts';
import { tellInstall } from '../install/update.ts';
import { CHANGEABLE_INPUTS } from '../inputs/flags.ts';
import { defineCommand } from './define.ts';

/** `set`: other inputs for a running install; what depends on them runs again. */
export const command = defineCommand({
  flags: CHANGEABLE_INPUTS,
  examples: ['set --dns-servers 9.9.9.9,1.1.1.1', 'set --workflow-worker-tag 61e4a00f'],
  run,
});

/** Where a field of the command line stands in the change that the workflow takes. */
const PATHS: Partial<Record<FieldKey, readonly string[]>> = {
  dnsServers: ['dnsServers'],
  ntpServers: ['ntpServers'],
  repoBranch: ['branch'],
  algaCoreTag: ['imageTags', 'algaCore'],
  workflowWorkerTag: ['imageTags', 'workflowWorker'],
  emailServiceTag: ['imageTags', 'emailService'],
  temporalWorkerTag: ['imageTags', 'temporalWorker'],
  skipImageTagValidation: ['skipImageTagValidation'],
};

async function run(context: CommandContext): Promise<number> {
  const change = changeOf(context.options);
  return tellInstall(context, async (installs, site) => {
    const spec = changedSpec(await runningSpec(installs, site), change);
    await installs.setInput(site.siteId, change, spec);
    await recordSite(site, spec, context.services.clock.now());
    return `The install of ${site.siteId} goes on with the new input. \`${callOf(context, site, 'status --watch')}\` shows it.`;
  });
}

/** Takes the flags, gives the change. Throws one usage error that names every fault. */
export function changeOf(options: Options): InputChange {
  const given = CHANGEABLE.filter((key) => options[optionKey(fieldOf(key).flag)] !== undefined);
  if (given.length === 0)
    throw usageError(
      `nothing to change was given: use one of ${CHANGEABLE.map((key) => `--${fieldOf(key).flag}`).join(', ')}`,
    );
  const value = (key: FieldKey): unknown => (given.includes(key) ? valueOf(key, options) : undefined);
  const tags = {
    algaCore: value('algaCoreTag'),
    workflowWorker: value('workflowWorkerTag'),
    emailService: value('emailServiceTag'),
    temporalWorker: value('temporalWorkerTag'),
  };
  const draft = defined({
    dnsServers: value('dnsServers'),
    ntpServers: value('ntpServers'),
    branch: value('repoBranch'),
    imageTags: Object.values(tags).some((tag) => tag !== undefined) ? defined(tags) : undefined,
    skipImageTagValidation: value('skipImageTagValidation'),
  });
  const parsed = inputChange.safeParse(draft);
  if (parsed.success) return parsed.data;
  throw faultsError(
    parsed.error.issues.map((issue) => faultOf(issue, options)),
    'set',
  );
}

function valueOf(key: FieldKey, options: Options): unknown {
  const value = options[optionKey(fieldOf(key).flag)];
  if (fieldOf(key).kind !== 'list' || typeof value !== 'string') return value;
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function faultOf({ path, message }: z.core.$ZodIssue, options: Options): Fault {
  const key = CHANGEABLE.find((candidate) => PATHS[candidate]?.every((part, index) => path[index] === part));
  if (!key) return { flag: path.join('.'), text: message };
  const { flag } = fieldOf(key);
  return { flag: `--${flag}`, text: `"${textOption(options, optionKey(flag)) ?? ''}": ${message}` };
}

/** The spec that the install goes by now. */
async function runningSpec(installs: InstallClient, site: Site): Promise<InstallSpec> {
  const view = await installs.view(site.siteId);
  if (view?.run !== 'RUNNING') throw usageError(`no install of ${site.siteId} is running: nothing can be changed`);
  const spec = await installs.runningSpec(site.siteId);
  if (spec) return spec;
  throw usageError(`the inputs of the install of ${site.siteId} cannot be read: it was begun by another version`);
}
