// A process of the fault matrix: does the one job it is sent, tells its parent of each result, and ends.
import { ALL_KINDS } from './all-kinds.ts';
import { runClean } from './clean.ts';
import type { Job, Told } from './jobs.ts';
import { runMatrix } from './matrix.ts';
import { TIME_FACTOR, timesBy } from './times.ts';

const tell = (told: Told): void => void process.send?.(told);

async function done(job: Job): Promise<void> {
  const times = timesBy(TIME_FACTOR);
  if (job.type === 'clean') {
    tell({ clean: await runClean(job.plan, times, job.seed) });
    return;
  }
  const kinds = ALL_KINDS.filter(({ name }) => job.kinds.includes(name));
  await runMatrix({ ...job, kinds, times }, (result) => tell({ result }));
}

process.once('message', (job) => {
  done(job as Job).then(
    () => process.disconnect(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
