/**
 * The words of docs/glossary.md, "Words", that no text for people uses, each with what to write instead. Word boundaries and
 * exceptions keep out what is good English: "looks like", "hand-over", "BEGIN CERTIFICATE".
 */
const DIALECT: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\blook(?:s|ed|ing)?\b(?! like\b)/i, 'check, read, search'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\b(?:tells?|told|telling)\b/i, 'report, show, say, distinguish'],
  [/\b[Bb]eg(?:ins?|an|un|inning)\b/, 'start'],
  [/\bhand(?:s|ed|ing)? (?:it |them |one |that )?over\b/i, 'apply, pass'],
  [/\b(?:that|which) (?:is|are) meant\b/i, 'to act on'],
  [/\bparts? of the appliance\b/i, 'component'],
  [/\b(?:stands?|stood) in (?:the|its|their|your) way\b/i, 'blocks'],
  [/\b(?:go|goes|going|went|gone) on\b/i, 'continue'],
  [/\b(?:again|continues?) by (?:itself|themselves)\b/i, 'automatically'],
  [/\bfor ?ever\b/i, 'with no end in sight, permanently'],
  [/\b(?:take|takes|took|taken|taking) (?:it |them |this )?up\b(?! (?:space|to)\b)/i, 'resume, accept'],
  [/\bnever seen\b/i, 'not checked yet'],
  [/\bgo(?:es)? away\b/i, 'be resolved'],
  [/\bput (?:it|them|this|that|things) right\b/i, 'correct'],
  [
    /\bma(?:ke|kes|de|king) (?:a|an|the|its|your|no|new|one) (?:new )?(?:files?|folders?|Secrets?|keys?|databases?|ConfigMaps?|claims?|namespaces?|Jobs?|pods?|sites?|records?)\b/i,
    'create',
  ],
  [/\bprograms? that (?:is|are) run\b/i, 'program'],
  [/\b(?:is|are|was|were|be|been) gone\b/i, 'deleted, does not exist, resolved'],
  [/\bruns? already\b/i, 'is already running'],
  [/\bothers than\b/i, 'different'],
  [/\bnobody\b/i, 'no …, or a passive'],
  [/\bwhoever\b/i, 'anyone who'],
  [/\bof one's own\b/i, 'your own'],
  [/\banew\b/i, 'again'],
  [/\bgive a running install\b/i, 'change inputs of a running install'],
  [/\btakes? (?:the )?defaults\b/i, 'accept defaults'],
  [/\bthere (?:is|are):/i, 'available:'],
  [/\bthe time that you gave\b/i, 'timed out'],
  [/\bfailed, action required\b/i, 'action required'],
  [/\bnothing is known to\b/i, 'no known …'],
  [/\bwhere wanted\b/i, 'optionally'],
];

/** Every use of the old dialect in a text, with what is around it and what to write instead. */
export function dialectIn(text: string): string[] {
  const flat = text.replaceAll(/\s+/g, ' ');
  return DIALECT.flatMap(([words, instead]) =>
    [...flat.matchAll(new RegExp(words.source, `${words.flags}g`))].map(
      (found) => `…${flat.slice(Math.max(0, found.index - 30), found.index + 50)}… (${found[0]}: ${instead})`,
    ),
  );
}

/**
 * What a Markdown document says in words of its own: without code, which quotes programs, and without the tables of words to avoid.
 * The comments in a block of shell count.
 */
export function proseOf(markdown: string): string {
  return markdown
    .replaceAll(/^\| Not \| Write \|\n(?:\|.*\n)*/gm, '')
    .replaceAll(/^```(\w*)\n([\s\S]*?)^```/gm, (_, language: string, code: string) =>
      language === 'sh' ? [...code.matchAll(/(?:^|\s)# .*$/gm)].map(([comment]) => comment).join('\n') : '',
    )
    .replaceAll(/`[^`\n]*`/g, '``')
    .replaceAll(/\]\([^)]*\)/g, ']');
}

/** What a browser shows of a page, without scripts and styles. */
export function shownOf(page: string): string {
  return page.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
}
