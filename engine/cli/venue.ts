// `dutchbook venue`: the simulated venue alone, for an engine elsewhere or for other programs to try themselves on.
import { loadConfig } from '../config/load.ts';
import { loadSecrets } from '../config/secrets.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ServeVenue } from '../observe/driver.ts';
import { printable } from '../observe/text.ts';
import { type Context, shippedPath } from './context.ts';

export interface VenueOptions {
  readonly config?: string;
  readonly recording?: string;
  readonly host?: string;
  readonly port?: number;
  readonly speed?: number | 'max';
  readonly address?: string;
}

/** Runs the command; answers the exit code. */
export async function venueCommand(context: Context, options: VenueOptions, serve: ServeVenue): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: context.environment });
  const recording = shippedPath(options.recording ?? config.simulate.recording);
  const simulate = { ...config.simulate, recording, speed: options.speed ?? config.simulate.speed };
  const say = (text: string): void => context.out.write(`${printable(text)}\n`);
  const venue = await serve({
    config: { ...config, simulate },
    secrets: loadSecrets(config, context.environment),
    address: options.address,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    hooks: { log: say },
  });
  say(`market channel ${venue.marketUrl}`);
  say(`user channel   ${venue.userUrl}`);
  say(`REST           ${venue.restUrl}`);
  say(`Gamma          ${venue.gammaUrl}`);
  const stopped = new Promise<'stopped'>((resolve) => {
    context.stop.addEventListener('abort', () => resolve('stopped'));
    if (context.stop.aborted) resolve('stopped');
  });
  const end = await Promise.race([stopped, venue.done]);
  await venue.close();
  if (end === 'stopped') return EXIT.ok;
  if (end.failure !== '') context.err.write(`dutchbook: ${printable(end.failure)}\n`);
  return end.exitCode;
}
