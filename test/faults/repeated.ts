// Does again what failed while this machine stood still: its short timers ran out without anybody having a turn, which says
// nothing about the product. How often is told beside the result, and what fails each time has failed.

/** The shortest timers are half as long again (data's age) and twice as long (a question's answer). */
const PAUSE_MS_MAX = 100;
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
