// STAND-IN for Temporal's UI, of the appliance's lab.
import { createServer } from 'node:http';

const port = Number(process.env.TEMPORAL_UI_PORT);
if (!Number.isInteger(port)) {
  // The words of the real one, which reads its settings as YAML.
  console.error(
    `yaml: unmarshal errors:\n  line 5: cannot unmarshal !!str \`${String(process.env.TEMPORAL_UI_PORT).slice(0, 8)}...\` into int`,
  );
  process.exit(1);
}
createServer((_, response) => response.end('Temporal UI (stand-in)')).listen(port, () =>
  console.log(`listening on ${port}`),
);
process.on('SIGTERM', () => process.exit(0));
