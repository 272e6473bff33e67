import type { Advice, Word } from '../../model/advice.ts';
import { adviceText, anywhere, clientCall, renderAdvice } from '../../model/render-advice.ts';
import type { InstallThere, Situation } from '../../model/render-advice.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { optionKey } from '../terminal/flags.ts';
import type { Io } from '../terminal/io.ts';
import { textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Site } from './site.ts';

/** What a hint needs to know of this call: its flags, and the person's home folder. */
export interface CallContext {
  readonly options: Options;
  readonly io: Pick<Io, 'env'>;
}

/** The situation in which advice is read in this call; `site` is null before one is chosen. */
export function situationOf(context: CallContext, site: Site | null, install: InstallThere): Situation {
  const { options, io } = context;
  const here = {
    ...anywhere(null, install),
    own: io.env['HOME'] || null,
    configDir: textOption(options, optionKey('config-dir')) ?? null,
  };
  if (!site) return here;
  return {
    ...here,
    site: site.isImplied ? null : site.siteId,
    folder: site.folder.root,
    home: site.home,
    simulated: site.simulated,
  };
}

/**
 * The call that a person types to act on this very site. A text is a command of ours, its words separated by spaces; if a word may be
 * anything, the words are given one by one.
 */
export function callOf(context: CallContext, site: Site | null, command: string | readonly Word[]): string {
  const words = typeof command === 'string' ? command.split(' ') : command;
  return clientCall(words, situationOf(context, site, 'attended'));
}

/** Advice, as data beside its neutral text, written out for this call and site. */
export function toldHere(
  context: CallContext,
  site: Site | null,
  told: { readonly advice?: readonly unknown[] | undefined; readonly nextAction: string },
  install: InstallThere,
): string {
  return adviceText(told, situationOf(context, site, install));
}

/** An error whose message names commands: they are written out for the site that it is about. */
export function advisedError(exit: ExitCode, advice: Advice, options?: ErrorOptions): UserError {
  return new UserError(exit, renderAdvice(advice, anywhere(null)), { ...options, advice });
}
