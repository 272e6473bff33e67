import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { INPUTS } from '../../model/inputs.ts';
import { imageName, tagFlag } from '../../model/vendor-images.ts';
import { usageError } from '../terminal/failure.ts';
import { optionKey } from '../terminal/flags.ts';
import type { Options } from '../terminal/options.ts';

/** `--image-tag workflow-worker=61e4a00e`, as often as needed, is `--workflow-worker-tag 61e4a00e`. */
export const IMAGE_TAG_FLAG = '--image-tag <image=tag>';

/** Replaces every alias by the option that it stands for. An option that was given in full wins. */
export function withoutAliases(options: Options): Options {
  const { imageTag, bootstrapMode, siteId, ...rest } = options;
  const meant = INPUTS.flatMap(({ flag, aliases = [] }) =>
    aliases.flatMap((alias) => {
      const given = rest[optionKey(alias)];
      return given === undefined ? [] : [[optionKey(flag), given] as const];
    }),
  );
  return {
    ...Object.fromEntries(meant),
    ...(typeof bootstrapMode === 'string' && { [bootstrapMode]: true }),
    ...(siteId !== undefined && { site: siteId }),
    ...(typeof imageTag === 'string' && Object.fromEntries(imageTag.split(',').map(imageTagOption))),
    ...rest,
  };
}

function imageTagOption(text: string): [key: string, tag: string] {
  const [name = '', tag = '', ...more] = text.split('=');
  const image = VENDOR_IMAGES.find((key) => imageName(key) === name);
  if (image && tag !== '' && more.length === 0) return [optionKey(tagFlag(image)), tag];
  const names = VENDOR_IMAGES.map(imageName).join(', ');
  throw usageError(`--image-tag "${text}": expected image=tag, where image is one of ${names}`);
}
