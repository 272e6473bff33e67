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

/** The licence of an order as it was given, or why it cannot be used; never part of the spec. */
export interface Licence {
  /** Null when none was given: the appliance keeps its licence, or a trial starts. */
  readonly token: string | null;
  readonly faults: readonly Fault[];
}

const FLAG = '--license-file';

/** The licence token in the file of --license-file. */
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

/** What rules out a licence in an order: an image that does not support licences would silently drop it. */
export function licenceFaults({ token }: Licence, spec: InstallSpec): Fault[] {
  if (token === null || capabilitiesOf(spec.release, 'algaCore', spec.imageTags.algaCore).licenseState) return [];
  const { releaseVersion } = spec.release;
  return [
    {
      flag: FLAG,
      text: `the server of release ${releaseVersion} does not support licenses: omit the flag, or choose release 1.0 or newer`,
    },
  ];
}

/** Keeps the licence for the install: 0600 in the site's folder. */
export async function recordLicence(site: Site, token: string): Promise<void> {
  await site.folder.write(SITE_FILES.licenceToken, `${token}\n`);
}

/** Never the whole of a file: one that is no licence may be a disk, or endless. */
async function beginningOf(path: string, signal: AbortSignal): Promise<string> {
  return (await readGiven(path, { most: LICENCE_TOKEN_LIMIT + 3, signal })).toString('utf8');
}
