import { listSites } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import type { ProgramRow } from '../install/required-programs.ts';
import { callOf } from '../site/hints.ts';
import { openSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { certificatesOf } from '../status/certificates.ts';
import type { CertificateRow } from '../status/certificates.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { textOption } from '../terminal/options.ts';
import type { Tone } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { defineCommand } from './define.ts';

/**
 * `doctor`: the programs that an install needs, and the certificates that the sites of this machine need. Ends with 7 when a program
 * is missing or a certificate is not valid.
 */
export const command = defineCommand({
  flags: [{ flags: '--fetch', help: 'download or build missing programs' }],
  examples: ['doctor', 'doctor --site berlin'],
  run: async (context, { fetch = false }) => {
    const programs = await context.services.programs({
      env: context.io.env,
      signal: context.io.signal,
      fetch,
      onProgress: (line) => context.say(line),
    });
    const { certificates, faults } = await certificatesHere(context);
    const missing = programs.filter(({ problem }) => problem !== null);
    await context.give({ programs, certificates }, () => [
      ...programTable(context, programs),
      ...(certificates.length > 0 ? ['', ...certificateTable(context, certificates)] : []),
    ]);
    context.insist(...missing.flatMap(({ problem }) => (problem === null ? [] : ['', problem])));
    if (missing.length > 0)
      context.say('', `\`${callOf(context, null, 'doctor --fetch')}\` downloads or builds the missing programs.`);
    context.insist(
      ...[...certificates.map(({ problem }) => problem), ...faults].flatMap((line) =>
        line === null ? [] : ['', line],
      ),
    );
    const isWell =
      missing.length === 0 && faults.length === 0 && !certificates.some(({ state }) => TONES[state] === 'bad');
    return isWell ? EXIT.done : EXIT.missing;
  },
});

const TONES: Record<CertificateRow['state'], Tone> = {
  valid: 'good',
  ending: 'busy',
  unanswered: 'busy',
  expired: 'bad',
  'not-yet-valid': 'bad',
  unreadable: 'bad',
};

interface Certificates {
  readonly certificates: readonly CertificateRow[];
  /** Sites that cannot be opened, and why. */
  readonly faults: readonly string[];
}

/** Of the named site, else of every site: certificates also expire on sites that are rarely used. */
async function certificatesHere({ home, options, io, services }: CommandContext): Promise<Certificates> {
  const named = textOption(options, 'site') ?? (io.env['ALGA_APPLIANCE_SITE'] || undefined);
  const faults: string[] = [];
  const found = await Promise.all(
    (named === undefined ? await listSites(home) : [named]).map(async (siteId) => {
      const site = await openSite(home, siteId).catch((error: unknown): Site | null => {
        if (!(error instanceof UserError)) throw error;
        faults.push(error.message);
        return null;
      });
      return site ? certificatesOf(site, services.clock.now(), io.signal) : [];
    }),
  );
  return { certificates: found.flat(), faults };
}

function programTable({ style }: CommandContext, programs: readonly ProgramRow[]): string[] {
  return table(
    style,
    ['PROGRAM', 'REQUIRED', 'FOUND', 'SOURCE', 'PATH'],
    programs.map((row) => [
      { text: row.id },
      { text: row.wanted },
      {
        text: row.problem === null ? (row.version ?? 'yes') : 'missing',
        tone: row.problem === null ? 'good' : 'bad',
      },
      { text: row.foundBy ?? '' },
      { text: row.path ?? `or set ${row.variable}` },
    ]),
  );
}

function certificateTable({ style }: CommandContext, certificates: readonly CertificateRow[]): string[] {
  return table(
    style,
    ['SITE', 'CERTIFICATE', 'STATE', 'EXPIRES', 'DAYS LEFT', 'LOCATION'],
    certificates.map(({ siteId, certificate, state, to, daysLeft, at }) => [
      { text: siteId },
      { text: certificate },
      { text: state.replaceAll('-', ' '), tone: TONES[state] },
      { text: to?.slice(0, 10) ?? '' },
      { text: daysLeft === null ? '' : String(daysLeft) },
      { text: at },
    ]),
  );
}
