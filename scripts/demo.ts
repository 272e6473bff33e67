// npm run demo: a whole install, live. Where a lab can be (Linux, root), on one; elsewhere against a simulated appliance.
// This line comes before the imports, which take a second on a busy machine.
console.error('Checking what this machine can run...');
const { demo } = await import('./demo/run.ts');
process.exitCode = await demo(process.argv.slice(2));
