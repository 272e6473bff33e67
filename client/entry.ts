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
/** For a stream that accepts no more: its reader has ended, or the disk of its file is full. */
const endsQuietly = (end: (isFull: boolean) => void) => (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'ENOSPC') throw error;
  end(error.code === 'ENOSPC');
};
// A reader of the data that has ended, as `| head` does, ends the client and is no failure. A reader of the progress ends nothing.
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
