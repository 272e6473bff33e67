/** Takes a file's text, null for none; gives what it says. Undefined where nothing is said: no file, an empty or a cut one. */
export function jsonOf(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
