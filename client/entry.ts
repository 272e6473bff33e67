import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from './terminal/exit-codes.ts';

// Compiled code is kept in a folder of this user: the default, a shared folder for temporary files, is anybody's.
enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'appliance-client', 'compiled'));

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort(new DOMException(`interrupted by ${name}`, 'AbortError'));
  });
}
/** What takes nothing more: the reader is gone, or the disk of the file that it goes to is full. */
const endsQuietly = (end: (isFull: boolean) => void) => (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'ENOSPC') throw error;
  end(error.code === 'ENOSPC');
};
// Whoever read the data has gone, as `| head` does: that is an end, not a failure. Nobody reading the progress ends nothing.
process.stdout.on(
  'error',
  endsQuietly((isFull) => process.exit(isFull ? EXIT.missing : EXIT.done)),
);
process.stderr.on(
  'error',
  endsQuietly(() => {}),
);

const [{ main }, { processIo }] = await Promise.all([import('./main.ts'), import('./terminal/io.ts')]);
const exit = await main(process.argv.slice(2), processIo(interrupt.signal));
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
process.exit(exit);
