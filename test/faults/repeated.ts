// Does again what failed while this machine stood still: its short timers ran out without anybody having a turn, which says
// nothing about the product. How often is told beside the result, and what fails each time has failed.

/** The shortest timer that cuts a connection is four times as long. */
const PAUSE_MS_MAX = 250;
const ATTEMPTS_MAX = 5;

/** `failures` of a result: 0 when it is to stand. */
export async function repeated<Result extends { readonly pauseMs: number }>(
  attempt: () => Promise<Result>,
  failures: (result: Result) => number,
): Promise<Result & { readonly attempts: number }> {
  for (let attempts = 1; ; attempts += 1) {
    const result = await attempt();
    const isVoid = failures(result) > 0 && result.pauseMs > PAUSE_MS_MAX;
    if (!isVoid || attempts === ATTEMPTS_MAX) return { ...result, attempts };
  }
}
