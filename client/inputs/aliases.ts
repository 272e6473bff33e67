import { usageError } from '../terminal/failure.ts';
import { optionKey } from '../terminal/flags.ts';
import type { Options } from '../terminal/options.ts';

/** Shorter ways to write some inputs, as next actions and people use them; the help names the long ones. */
export const ALIASES = [
  { flags: '--branch <branch>', means: 'repo-branch' },
  { flags: '--release <version>', means: 'release-version' },
] as const;

/** `--image-tag workflow-worker=61e4a00e`, as often as needed, is `--workflow-worker-tag 61e4a00e`. */
export const IMAGE_TAG_FLAG = '--image-tag <image=tag>';
const IMAGES = ['alga-core', 'workflow-worker', 'email-service', 'temporal-worker'];

/** Takes options, gives them with every alias replaced by what it means. What was given in full stays. */
export function withoutAliases(options: Options): Options {
  const { branch, release, imageTag, ...rest } = options;
  return {
    ...(branch !== undefined && { repoBranch: branch }),
    ...(release !== undefined && { releaseVersion: release }),
    ...(typeof imageTag === 'string' && Object.fromEntries(imageTag.split(',').map(imageTagOption))),
    ...rest,
  };
}

function imageTagOption(text: string): [key: string, tag: string] {
  const [image = '', tag = '', ...more] = text.split('=');
  if (IMAGES.includes(image) && tag !== '' && more.length === 0) return [optionKey(`${image}-tag`), tag];
  throw usageError(`--image-tag "${text}": expected image=tag, with one of the images ${IMAGES.join(', ')}`);
}
