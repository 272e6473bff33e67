/** The check of `talosctl health` that did not pass. */
export interface UnpassedCheck {
  /** `etcd to be healthy`, `kube-proxy to report ready`. */
  readonly name: string;
  /** Its last line, with those that continue it. */
  readonly message: string;
}

/** `talosctl health` shows each check as it goes, and at last that its time ran out: the check that did not pass says why. */
export function unpassedCheck(text: string): UnpassedCheck | null {
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:◳ )?waiting for [^:]+: /.test(line)) lines.push(line.trim());
    else if (/^\s/.test(line) && line.trim() !== '' && lines.length > 0) lines[lines.length - 1] += `\n${line}`;
  }
  const last = lines.at(-1);
  if (last === undefined || /: (?:OK|\.\.\.)$/.test(last)) return null;
  return { name: /waiting for ([^:]+): /.exec(last)?.[1] ?? '', message: last };
}

/** Whether every check that was made has passed, whatever ended the call. */
export function allPassed(text: string): boolean {
  const checks = text.split(/\r?\n/).filter((line) => /^\s*(?:◳ )?waiting for [^:]+: /.test(line));
  return checks.length > 0 && (checks.at(-1)?.trimEnd().endsWith(': OK') ?? false);
}
