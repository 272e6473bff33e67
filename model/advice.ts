import { z } from 'zod';
import { NAMESPACES } from './appliance.ts';
import { kept, open } from './objects.ts';
import type { Open } from './objects.ts';

/**
 * What a person is advised to do, as data: sentences and, between them, what depends on the reader and the place. Rules and steps
 * build it with the builders below; `render-advice.ts` is the only place that writes it out. No code reads it back from text.
 */

/** A value that the person fills in: written as `<name>`. */
const hole = kept({ hole: z.string() });
/** A name from outside: it never becomes an option, and one that is unsafe for a shell is written as a hole. */
const name = kept({ name: z.string() });
/** A file of the site's folder; '' is the folder. */
const file = kept({ file: z.string() });
/** What only the shell knows when the command is run. */
const value = kept({ value: z.enum(['user', 'now']) });
const piece = z.union([z.string(), hole, name, file, value]);
/** Pieces that stand together as one word of a command. */
const joined = kept({ joined: z.array(piece) });
const word = z.union([piece, joined]).meta({ id: 'AdviceWord' });

type Piece = z.infer<typeof piece>;
export type Word = z.infer<typeof word>;

/** Programs that advice names; `client` is this one, called for the reader's site. */
const PROGRAMS = ['client', 'kubectl', 'talosctl', 'helm', 'git'] as const;
const words = z.array(word);

const advicePart = z.union([
  kept({ text: z.string() }),
  /** A command to run. */
  kept({ run: open(PROGRAMS), args: words }),
  /** A part of a command, such as a flag that belongs to the command that was just given. */
  kept({ words }),
  /** A file of the site's folder, or the folder of one or all sites. */
  kept({ file: z.string() }),
  kept({ folder: z.enum(['site', 'sites']) }),
  /** A sentence: the installer checks again automatically, and perhaps how to make it check now. */
  kept({ recheck: z.enum(['itself', 'itself-or-now']) }),
  /** What makes the installer check again now. */
  kept({ retry: z.literal('now') }),
  /** Flags by which an input of the install is changed. */
  kept({ set: words }),
  /** Arguments of a `start` that differs from the running install: that one is cancelled first. */
  kept({ anew: words }),
]);
export type AdvicePart = z.infer<typeof advicePart>;
export type Advice = readonly AdvicePart[];

/** Advice whose every part is known here. */
const knownAdvice = z.array(advicePart);

/** As a document carries it: a part of a newer client is kept, and the rendered text beside it is shown instead. */
export const advice = z.array(z.union([advicePart, z.looseObject({})])).meta({ id: 'Advice' });
export type WireAdvice = z.infer<typeof advice>;

/** Advice from a document, if every part of it is known here; else null. */
export function knownIn(parts: readonly unknown[] | undefined): Advice | null {
  return knownAdvice.safeParse(parts).data ?? null;
}

export const holeFor = (what: string): Piece => ({ hole: what });
export const named = (text: string | null | undefined, otherwise: string): Piece =>
  text === null || text === undefined || text === '' ? { hole: otherwise } : { name: text };
export const fileWord = (path: string): Piece => ({ file: path });
export const SHELL_USER: Piece = { value: 'user' };
export const SHELL_NOW: Piece = { value: 'now' };

/** One word of a command from several pieces: `oneWord('name=', named(release, 'release'))`. */
export function oneWord(...pieces: readonly Piece[]): Word {
  return { joined: [...pieces] };
}

/** A command of any program; `client` below is for this one. */
export function run(program: Open<(typeof PROGRAMS)[number]>, ...args: readonly Word[]): AdvicePart {
  return { run: program, args: [...args] };
}

/** A call of appliance-client: `client('logs', 'db')`. */
export function client(...args: readonly Word[]): AdvicePart {
  return run('client', ...args);
}

/** A kubectl command with the site's own kubeconfig. */
export function kubectl(...args: readonly Word[]): AdvicePart {
  return run('kubectl', '--kubeconfig', fileWord('kubeconfig'), ...args);
}

/** A Helm command for the application's releases in the site's cluster. */
export function helm(...args: readonly Word[]): AdvicePart {
  return run('helm', '--kubeconfig', fileWord('kubeconfig'), '-n', NAMESPACES.workloads, ...args);
}

/** A talosctl command with the site's own talosconfig. */
export function talosctl({ nodeIp }: { readonly nodeIp?: string | null }, ...args: readonly Word[]): AdvicePart {
  return run('talosctl', '--talosconfig', fileWord('talosconfig'), '-n', named(nodeIp, 'node-ip'), ...args);
}

/** Code that is not a command by itself, such as a flag. */
export function asCode(...args: readonly Word[]): AdvicePart {
  return { words: [...args] };
}

export const fileOfSite = (path: string): AdvicePart => ({ file: path });
export const SITE_FOLDER: AdvicePart = { folder: 'site' };
export const SITES_FOLDER: AdvicePart = { folder: 'sites' };

/** How inputs are changed, by their flags. */
export function set(...args: readonly Word[]): AdvicePart {
  return { set: [...args] };
}

/** How an install is started with these arguments of `start` in place of the present one. */
export function anew(...args: readonly Word[]): AdvicePart {
  return { anew: [...args] };
}

/** The sentence that the installer checks again automatically. It ends with a full stop. */
export const RECHECKS: AdvicePart = { recheck: 'itself' };
/** The same, and how to make it check now. */
export const RECHECKS_OR_NOW: AdvicePart = { recheck: 'itself-or-now' };
/** What makes the installer check now: `then ${RETRY}.` */
export const RETRY: AdvicePart = { retry: 'now' };

type Filling = string | AdvicePart | Advice;

function isList(filling: Filling): filling is Advice {
  return Array.isArray(filling);
}

/** A tagged template: text as it is, names from outside as text, and parts between them. */
export function advise(texts: TemplateStringsArray, ...fillings: readonly Filling[]): Advice {
  const parts: AdvicePart[] = [];
  const say = (text: string): void => {
    const last = parts.at(-1);
    if (last && 'text' in last) parts[parts.length - 1] = { text: last.text + text };
    else if (text !== '') parts.push({ text });
  };
  texts.forEach((text, index) => {
    say(text);
    const filling = fillings[index];
    if (filling === undefined) return;
    if (typeof filling === 'string') say(filling);
    else if (isList(filling))
      filling.forEach((one) => {
        if ('text' in one) say(one.text);
        else parts.push(one);
      });
    else parts.push(filling);
  });
  return parts;
}

/** The advice with `redact` applied to every text and name in it. */
export function redactedAdvice(parts: Advice, redact: (text: string) => string): Advice {
  const inPiece = (one: Piece): Piece => {
    if (typeof one === 'string') return redact(one);
    return 'name' in one ? { name: redact(one.name) } : one;
  };
  const inWord = (one: Word): Word =>
    typeof one === 'object' && 'joined' in one ? { joined: one.joined.map(inPiece) } : inPiece(one);
  return parts.map((one): AdvicePart => {
    if ('text' in one) return { text: redact(one.text) };
    if ('run' in one) return { run: one.run, args: one.args.map(inWord) };
    if ('words' in one) return { words: one.words.map(inWord) };
    if ('set' in one) return { set: one.set.map(inWord) };
    if ('anew' in one) return { anew: one.anew.map(inWord) };
    return one;
  });
}

/** Whether advice itself says how the install continues. */
export function saysHowToContinue(parts: Advice): boolean {
  return parts.some((one) => 'recheck' in one || 'retry' in one);
}
