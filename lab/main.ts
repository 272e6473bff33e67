// npm run lab: a whole appliance's machine on this one.
import { main } from './commands.ts';

process.exitCode = await main(process.argv.slice(2));
