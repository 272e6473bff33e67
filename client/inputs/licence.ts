import { resolve } from 'node:path';
import { capabilitiesOf } from '../../model/capabilities.ts';
import { LICENCE_TOKEN_LIMIT, licenceTokenFault, licenceTokenIn } from '../../model/licence-seed.ts';
import type { InstallSpec } from '../../model/site.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { Site } from '../site/site.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import type { Io } from '../terminal/io.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Fault } from './faults.ts';

/** The licence of an order as it was handed over, or why it could not be taken; never part of the spec. */
export interface Licence {
  /** Null when none was given: what the appliance has stays, or a trial is begun. */
  readonly token: string | null;
  readonly faults: readonly Fault[];
}

const FLAG = '--license-file';

/** Takes the file that a flag names, gives the licence token in it. */
export async function givenLicence(io: Io, options: Options): Promise<Licence> {
  const file = textOption(options, 'licenseFile');
  if (file === undefined) return { token: null, faults: [] };
  const path = resolve(io.cwd, file);
  const wrong = (text: string): Licence => ({ token: null, faults: [{ flag: FLAG, text: `${path} ${text}` }] });
  try {
    const token = licenceTokenIn(await beginningOf(path, io.signal));
    const fault = licenceTokenFault(token);
    return fault === null ? { token, faults: [] } : wrong(fault);
  } catch (error) {
    if (error instanceof FileRefused) return wrong(error.message);
    io.signal.throwIfAborted();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return wrong(`cannot be read (${reason})`);
  }
}

/** What stands in the way of a licence in an order: an image that knows none would drop it unseen. */
export function licenceFaults({ token }: Licence, spec: InstallSpec): Fault[] {
  if (token === null || capabilitiesOf(spec.release, 'algaCore', spec.imageTags.algaCore).licenseState) return [];
  const { releaseVersion } = spec.release;
  return [
    {
      flag: FLAG,
      text: `the server of release ${releaseVersion} knows no licence: leave it out, or take a release from 1.0 on`,
    },
  ];
}

/** Keeps the licence for the install: 0600 in the site's folder. */
export async function recordLicence(site: Site, token: string): Promise<void> {
  await site.folder.write(SITE_FILES.licenceToken, `${token}\n`);
}

/** Not the whole of a file that is no licence: it may be a disk, or without an end. */
async function beginningOf(path: string, signal: AbortSignal): Promise<string> {
  return (await readGiven(path, { most: LICENCE_TOKEN_LIMIT + 3, signal })).toString('utf8');
}
