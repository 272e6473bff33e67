import { advise, client } from '../../model/advice.ts';
import type { Rule } from '../rule.ts';

/** The image is for another CPU. */
export const rule: Rule = {
  code: 'image-architecture-mismatch',
  title: 'The image is for another CPU',
  retry: 'after-change',
  domains: ['pull', 'registry', 'log', 'start'],
  wordings: [
    {
      pattern:
        /no match for platform|no matching manifest for|no image found in (?:image index|manifest list) for architecture|does not match the (?:specified|detected|expected) (?:host )?platform|exec format error|cannot execute binary file|failed to open elf at|Could not open '\/lib64\/ld-linux|image .{0,60}architecture .{0,60}(?:does not|mismatch|not supported)|choosing image instance|cannot be used on this platform|operating system is not supported/i,
      source: 'containerd, Docker, containers/image, Linux ENOEXEC',
    },
  ],
  reason: ({ facts, component }) =>
    `The image ${facts?.image ?? `of ${component}`} is not built for the CPU of this machine.`,
  advice: () =>
    advise`Install on a machine with the CPU that the release is built for (amd64), or choose a release that has images for this one: ${client('releases')}.`,
};
