// Regenerates recordings/demo from the public recordings: npm run build && node recordings/generate.mjs <folder of the public recordings>
import { fileURLToPath } from 'node:url';
import { buildDemo } from '../dist/engine/replay/demo.js';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) {
  console.error('usage: node recordings/generate.mjs <folder of the public recordings>');
  process.exit(2);
}
await buildDemo(dataDir, fileURLToPath(new URL('./demo', import.meta.url)));
