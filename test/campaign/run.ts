// One run of a campaign: the built product trades a made tape at a simulated venue in a process of its own, whose statistics
// are read while it runs, and its journal and report are judged.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineReport } from '../../engine/observe/report-schema.ts';
import type { VenueStats } from '../../engine/venue/sim/stats.ts';
import { campaignConfig } from './config.ts';
import { type Judged, judge } from './judge.ts';
import { writeTape } from './tape.ts';

/** How much is traded. */
export interface CampaignPlan {
  readonly seed: number;
  readonly events: number;
  readonly seconds: number;
  /** Order request on which the venue restarts. */
  readonly restartAt: number;
}

/** What one run came to. */
export interface CampaignRun extends Judged {
  readonly seed: number;
  /** Faults of the venue that fired, by kind, and statuses that trades came to. */
  readonly faults: Readonly<Record<string, number>>;
  readonly trades: Readonly<Record<string, number>>;
  readonly report: EngineReport;
}

const POLL_MS = 250;
const STATS_URL = /(http:\/\/127\.0\.0\.1:\d+)/;

/** Makes the tape, trades it, judges it. Throws when the run gives no report. */
export async function runCampaign(plan: CampaignPlan): Promise<CampaignRun> {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-campaign-'));
  try {
    const recording = join(dir, 'tape');
    mkdirSync(recording);
    writeTape(recording, plan.seed, plan.events, plan.seconds);
    const config = join(dir, 'config.yaml');
    writeFileSync(config, JSON.stringify(campaignConfig(recording, plan.seed, plan.restartAt)));
    const { report, stats } = await trade(dir, config);
    const [journal] = readdirSync(join(dir, 'journal'));
    const judged = judge(join(dir, 'journal', journal!), report);
    const problems = [...judged.problems];
    if (stats === undefined) problems.push('the venue told no statistics');
    else if (stats.ordersDuplicated > 0) problems.push(`the venue got ${stats.ordersDuplicated} orders twice`);
    const { faults = {}, trades = {} } = stats ?? {};
    return { ...judged, problems, seed: plan.seed, faults, trades, report };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function trade(dir: string, config: string): Promise<{ report: EngineReport; stats: VenueStats | undefined }> {
  const words = [resolve('bin/dutchbook.js'), 'run', '--json', '--config', config];
  const child = spawn(process.execPath, words, { cwd: dir });
  let [out, err] = ['', ''];
  let stats: VenueStats | undefined;
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString('utf8');
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString('utf8');
  });
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  const poll = setInterval(async () => {
    const url = STATS_URL.exec(err)?.[1];
    if (url === undefined) return;
    // The venue goes with the run: the last answer before that is what there is.
    const answer = await fetch(`${url}/sim/stats`).catch(() => undefined);
    if (answer?.ok === true) stats = (await answer.json()) as VenueStats;
  }, POLL_MS);
  await ended.finally(() => clearInterval(poll));
  if (!out.startsWith('{')) throw new Error(`the run gave no report: ${out}${err}`);
  return { report: JSON.parse(out) as EngineReport, stats };
}
