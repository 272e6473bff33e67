/** Flags of one call as commander gives them, checked once: a text, a switch, or not given. Keys are camel-cased flags. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** Takes the options and a key, gives the text that the flag was given, else undefined. */
export function textOption(options: Options, key: string): string | undefined {
  const value = options[key];
  return typeof value === 'string' ? value : undefined;
}

/** Takes the options and a key, gives whether the switch was given. */
export function switchOption(options: Options, key: string): boolean {
  return options[key] === true;
}

/** Takes a flag without its dashes, gives the key under which commander keeps its value. */
export function optionKey(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
