// npm run check:image -- FOLDER: the unpacked root of a vendor's image, against what the charts give it.
import { checkImage } from '../image-check/main.ts';

process.exitCode = await checkImage(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
