// What a market's book hash covers besides the levels: stated by snapshots, answers, trades and metadata, often late or
// not at all. A hash that is equal proves the candidate it took, so the candidates are tried in the order of their
// likelihood and the one that held is tried first from then on. One instance per market; off the hot path.
import { priceE4FromText, priceText } from '../core/units.ts';
import { type BookDigest, lastTradeText, type SummaryTail } from '../venue/polymarket/book-hash.ts';
import type { StatedTerms } from '../venue/statements.ts';

const MIN_SIZES = ['5', '1', '15', '10'];
const TICKS = ['0.01', '0.001', '0.1', '0.005', '0.0025', '0.0001'];
const LAST_TRADES_MAX = 16;
/** Inferences in vain, one after the other, after which a market is given up until a hash holds again. */
const VAIN_MAX = 8;
/** Coarsest step of the last trade prices tried: the venue may have traded on a finer tick than now. */
const STEP_E4_MAX = 10;

/** The candidates of one market. */
export class MarketTerms {
  #minSizes = MIN_SIZES;
  #negRisks = [false, true];
  #ticks: readonly string[] = [];
  #lastTrades = [''];
  /** A hash held: minimum size and negRisk are proven. */
  #proven = false;
  #isMinSizeStated = false;
  #vain = 0;
  /** Counts what was learned: the same version explains the same. */
  version = 0;

  /** Takes over what was stated; what is left out stays as it was. */
  state(terms: StatedTerms): void {
    this.version += 1;
    this.#take(terms);
  }

  /**
   * True when a hash that nothing explains speaks against the levels: the other terms were proven once, or, `inferred`,
   * they are stated but for the last trade, and every price of that was tried. Never of a market that is given up: nothing
   * was tried then, and a term that changed untold is as likely as a level.
   */
  blamesLevels(inferred: boolean): boolean {
    if (this.#vain >= VAIN_MAX) return false;
    return this.#proven || (inferred && this.#isMinSizeStated && this.#ticks.length > 0);
  }

  #take({ minSizeText, tickText, negRisk, lastTradeText: trade }: StatedTerms): void {
    if (minSizeText !== undefined) this.#isMinSizeStated = true;
    if (minSizeText !== undefined && minSizeText !== this.#minSizes[0]) {
      this.#minSizes = front(minSizeText, this.#minSizes);
      this.#proven = false;
    }
    if (negRisk !== undefined && negRisk !== this.#negRisks[0]) {
      this.#negRisks = front(negRisk, this.#negRisks);
      this.#proven = false;
    }
    if (tickText !== undefined) this.#ticks = front(tickText, this.#ticks).slice(0, TICKS.length);
    if (trade !== undefined) this.#lastTrades = front(trade, this.#lastTrades).slice(0, LAST_TRADES_MAX);
  }

  /** A trade of one of the tokens; which of them the summary quotes is not known. */
  trade(priceE4: number): void {
    this.state({ lastTradeText: lastTradeText(10_000 - priceE4) });
    this.state({ lastTradeText: lastTradeText(priceE4) });
  }

  /**
   * True when `hash` is that of the book behind `digest` with one of the candidates; `tickText`: what the message with
   * the hash states itself, which then is the only candidate.
   */
  explain(digest: BookDigest, hash: string, tickText: string | undefined): boolean {
    const ticks = this.#ticks.length === 0 ? TICKS : this.#ticks;
    return (tickText === undefined ? ticks : [tickText]).some((tick) =>
      this.#tries(digest, hash, tick, this.#lastTrades),
    );
  }

  /**
   * The same with every last trade price, and, where terms were proven and may have changed untold, with the other minimum
   * sizes and negRisk, and with every tick of the venue, on the likeliest with every last trade price. Expensive, so a market that gains
   * nothing by it is given up.
   */
  infer(digest: BookDigest, hash: string, tickText: string | undefined): boolean {
    if (this.#vain >= VAIN_MAX) return false;
    const ticks = tickText === undefined ? this.#ticks : [tickText];
    const others = tickText === undefined && this.#proven ? TICKS.filter((tick) => !ticks.includes(tick)) : [];
    const found =
      others.some((tick) => this.#tries(digest, hash, tick, this.#lastTrades)) ||
      ticks.some((tick) => this.#tries(digest, hash, tick, everyPrice(tick))) ||
      [...ticks, ...others].some((tick) => this.#tries(digest, hash, tick, this.#lastTrades, true)) ||
      others.slice(0, 1).some((tick) => this.#tries(digest, hash, tick, everyPrice(tick)));
    if (!found) this.#vain += 1;
    return found;
  }

  /** `unproven`: with the terms that were proven otherwise, too. */
  #tries(
    digest: BookDigest,
    hash: string,
    tickText: string,
    lastTrades: readonly string[],
    unproven = !this.#proven,
  ): boolean {
    for (const minSizeText of unproven ? this.#minSizes : this.#minSizes.slice(0, 1)) {
      for (const negRisk of unproven ? this.#negRisks : this.#negRisks.slice(0, 1)) {
        for (const trade of lastTrades) {
          if (digest.hex({ minSizeText, tickText, negRisk, lastTradeText: trade }) !== hash) continue;
          this.#prove({ minSizeText, tickText, negRisk, lastTradeText: trade });
          return true;
        }
      }
    }
    return false;
  }

  #prove(tail: SummaryTail): void {
    this.#take(tail);
    this.#proven = true;
    this.#vain = 0;
  }
}

function front<T>(value: T, others: readonly T[]): T[] {
  return [value, ...others.filter((other) => other !== value)];
}

function everyPrice(tickText: string): string[] {
  const stepE4 = Math.min(STEP_E4_MAX, priceE4FromText(tickText) || STEP_E4_MAX);
  const prices = [''];
  for (let priceE4 = stepE4; priceE4 < 10_000; priceE4 += stepE4) prices.push(lastTradeText(priceE4));
  return prices;
}

/** Terms as market metadata states them. */
export function termsOfMeta(
  tickRanges: readonly { readonly tickE4: number }[] | undefined,
  minSizeText: string | undefined,
  negRisk: boolean | undefined,
): StatedTerms {
  const tickText = tickRanges?.length === 1 ? priceText(tickRanges[0]!.tickE4) : undefined;
  return { tickText, minSizeText, negRisk };
}
