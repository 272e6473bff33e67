/**
 * Takes a next action that was written for an install which goes on looking, gives it for a check that is over: nobody looks
 * again by himself, and there is no install that could be told to; the person runs the command again.
 */
export function onceOver(nextAction: string): string {
  return nextAction
    .replaceAll(
      /The installer (?:looks again|goes on|keeps looking)[^.;]*; at once: `appliance-client retry[^`]*`/g,
      RETRY,
    )
    .replaceAll(/ ?The installer (?:looks again|goes on|keeps looking)[^.;]*\./g, '')
    .replaceAll(/[;,] the installer (?:looks again|goes on|keeps looking)[^.]*\./g, '.')
    .replaceAll(/`appliance-client retry[^`]*`/g, 'run it again')
    .replaceAll(/`appliance-client set ([^`]*?)(?: --(?:site|config-dir) [^`]*)?`/g, 'run it again with `$1`')
    .trim();
}

const RETRY = 'Then run it again';
