/** What a person does instead of telling an install that is over to look again, or to take another input. */
interface Instead {
  readonly retry: string;
  /** `$1` is the flags of the input. */
  readonly set: string;
}

/** Of a check that is over, the person runs the command again. */
const CHECK: Instead = { retry: 'run it again', set: 'run it again with `$1`' };
/** Of an install that is over, another one takes up what is there. */
const INSTALL: Instead = { retry: '`appliance-client status`', set: '`appliance-client start --recover $1`' };

/** Takes a next action that was written for an install which goes on looking, gives it for a check that is over. */
export function onceChecked(nextAction: string): string {
  return instead(nextAction, CHECK);
}

/** The same for an appliance whose install is over. */
export function onceInstalled(nextAction: string): string {
  return instead(nextAction, INSTALL);
}

function instead(nextAction: string, { retry, set }: Instead): string {
  return nextAction
    .replaceAll(
      /The installer (?:looks again|goes on|keeps looking)[^.;]*; at once: `appliance-client retry[^`]*`/g,
      `Then ${retry}`,
    )
    .replaceAll(/ ?The installer (?:looks again|goes on|keeps looking)[^.;]*\./g, '')
    .replaceAll(/[;,] the installer (?:looks again|goes on|keeps looking)[^.]*\./g, '.')
    .replaceAll(/`appliance-client retry[^`]*`/g, retry)
    .replaceAll(/`appliance-client cancel[^`]*`, then (?=`appliance-client\b)/g, '')
    .replaceAll(/`appliance-client set ([^`]*?)(?: --(?:site|config-dir) [^`]*)?`/g, set)
    .trim();
}
