import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { collaborationFault } from '../../model/collaboration.ts';
import { firstTenantFault } from '../../model/first-tenant.ts';
import { changedInputs, changedSpec } from '../../model/input-change.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import { tagFlag } from '../../model/vendor-images.ts';
import type { InputUpdate } from '../../model/workflow-contract.ts';
import { SUPERSEDED_FAILURE } from '../../model/workflow-contract.ts';
import { specDigest } from '../../site-folder/inputs.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { keepOrder } from './ordering.ts';
import type { PresentInputs } from './present-inputs.ts';

/** How often a change is made again because another person's change came first. */
const CHANGE_ATTEMPTS = 5;

/** The install whose inputs are changed, as its server knows it. */
export interface ChangedInstall {
  /** The folder of all sites: the inputs are written there before anything is sent that names them. */
  readonly home: string;
  readonly siteId: string;
  present(): Promise<PresentInputs>;
  /** Whether the database has its tenant. */
  isSetUp(): Promise<boolean>;
  /** Throws a UserError whose cause is the workflow's refusal. */
  send(update: InputUpdate): Promise<void>;
}

/**
 * Changes inputs of a running install, and gives the spec that this leads to. Changes that two people make at once are both made.
 * Throws a UserError where the present inputs cannot be read or the change does not fit them.
 */
export async function changeInputs(install: ChangedInstall, change: InputChange): Promise<InstallSpec> {
  for (let attempt = 1; ; attempt += 1) {
    const now = await install.present();
    if (!now.spec) throw unreadable(install.siteId);
    const changed = changedSpec(now.spec, change);
    await insistOnSound(install, change, changed);
    try {
      await install.send(await inputUpdate(install.home, now, change, changed));
      return changed;
    } catch (error) {
      if (attempt >= CHANGE_ATTEMPTS || !isSuperseded(error)) throw error;
    }
  }
}

async function insistOnSound(install: ChangedInstall, change: InputChange, changed: InstallSpec): Promise<void> {
  const fault = collaborationFault(changed);
  if (fault !== null) throw usageError(`--collaboration: ${fault}`);
  if (change.imageTags?.algaCore === undefined || changed.mode !== 'fresh') return;
  const unable = firstTenantFault(changed);
  if (unable !== null && !(await install.isSetUp()))
    throw usageError(`--${tagFlag('algaCore')}: ${unable}; nothing was changed. Name a tag that can, such as eaec6253`);
}

async function inputUpdate(
  home: string,
  { digest: from, identity }: PresentInputs,
  change: InputChange,
  changed: InstallSpec,
): Promise<InputUpdate> {
  return from === null
    ? { change, specDigest: specDigest(changed) }
    : { from, order: await keepOrder(home, changed, identity), changed: changedInputs(change).map(({ key }) => key) };
}

function isSuperseded(error: unknown): boolean {
  const failed = error instanceof UserError ? error.cause : error;
  return (
    failed instanceof WorkflowUpdateFailedError &&
    failed.cause instanceof ApplicationFailure &&
    failed.cause.type === SUPERSEDED_FAILURE
  );
}

function unreadable(siteId: string): UserError {
  return usageError(
    `the inputs of the install of ${siteId} cannot be read: they are not in this machine's folder of the site, or were ` +
      'written by a newer client. On the machine that started the install, `start` with the same flags writes them again; ' +
      'otherwise copy the folder from there, or use that client',
  );
}
