/** What a program of an image wrote, as it is; null where it is no JSON. Nothing of it is repeated. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
