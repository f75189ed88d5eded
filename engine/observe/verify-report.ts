// From what the verifier found to the report, and the judgement over it. Pure.
import type { EvidenceOptions } from '../integrity/contract.ts';
import { addEvidence, type EvidenceCounts, noEvidence } from '../integrity/verdicts.ts';
import type {
  EvidenceReport,
  VerifiedMarketReport,
  VerifiedRecordingReport,
  VerifyReport,
} from './report-schema-data.ts';
import type { VerifiedMarket, VerifiedRecording } from './verify-facts.ts';

type Judged = Omit<VerifyReport, 'schema' | 'command' | 'version' | 'durationMs' | 'ended' | 'exitCode'>;

/** The report but for what only the command knows. */
export function verifyFacts(recordings: readonly VerifiedRecording[], checks: EvidenceOptions): Judged {
  const reports = recordings.map(recordingReport);
  const markets = reports.flatMap((report) => report.markets);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const facts = {
    frames: sum(recordings.map(({ frames }) => frames)),
    restAnswers: sum(recordings.map(({ restAnswers }) => restAnswers)),
    venueBatches: sum(markets.map(({ venueBatches }) => venueBatches)),
    ...evidenceReport(totalOf(recordings.flatMap((one) => one.markets))),
    deltaFrames: sum(recordings.map(({ deltaFrames }) => deltaFrames)),
    deltaFramesVerified: sum(recordings.map(({ deltaFramesVerified }) => deltaFramesVerified)),
    gaps: sum(markets.map(({ gaps }) => gaps)),
    silences: sum(markets.map(({ silences }) => silences)),
    engine: {
      topMismatched: sum(recordings.map(({ engine }) => engine.topMismatched)),
      mirrorMismatched: sum(recordings.map(({ engine }) => engine.mirrorMismatched)),
      framesRejected: sum(recordings.map(({ engine }) => engine.framesRejected)),
      phantoms: sum(recordings.map(({ engine }) => engine.phantoms)),
    },
    naiveTrades: sum(markets.map(({ naiveTrades }) => naiveTrades)),
    recordings: reports,
  };
  return { ...facts, failure: failureOf(facts, checks) };
}

/** Why the verification fails, '' when it does not. */
function failureOf(facts: Omit<Judged, 'failure'>, checks: EvidenceOptions): string {
  const verified = facts.restVerified + facts.wsVerified + facts.deltaVerified + facts.seqVerified;
  const reasons = [
    [facts.mismatched, 'hashes mismatched'],
    [facts.topMismatched, 'best prices mismatched'],
    [facts.mirrorMismatched, 'mirrored levels mismatched'],
    [facts.seqStepBacks, 'sequence numbers stepped back'],
    [facts.engine.framesRejected, 'frames refused'],
    // Two judgements of the same messages: what only one of them sees is a fault too.
    [
      checks.top && facts.topMismatched === 0 ? facts.engine.topMismatched : 0,
      'best prices the engine calls mismatched',
    ],
    [
      checks.mirror && facts.mirrorMismatched === 0 ? facts.engine.mirrorMismatched : 0,
      'mirrors the engine calls mismatched',
    ],
    [facts.recordings.filter(({ damage }) => damage.length > 0).length, 'recordings damaged or incomplete'],
  ] as const;
  const found = reasons.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (verified === 0) found.push('nothing was verified');
  return found.join(', ');
}

function recordingReport(recording: VerifiedRecording): VerifiedRecordingReport {
  const { recording: name, frames, restAnswers, recordedNs, markets, baskets, faults, damage } = recording;
  return {
    ...{ recording: name, frames, restAnswers, recordedNs },
    ...evidenceReport(totalOf(markets)),
    ...{ markets: markets.map(marketReport), baskets, faults, damage },
  };
}

function marketReport(market: VerifiedMarket): VerifiedMarketReport {
  const { id, title, evidence, times, venueBatches, naiveTrades, state } = market;
  const { messages, ...spans } = times;
  return { id, title, frames: messages, venueBatches, ...evidenceReport(evidence), ...spans, naiveTrades, state };
}

function totalOf(markets: readonly VerifiedMarket[]): EvidenceCounts {
  const total = noEvidence();
  for (const { evidence } of markets) addEvidence(total, evidence);
  return total;
}

function evidenceReport({ checks, sequenceGaps, refused, restAgreed, termsInferred }: EvidenceCounts): EvidenceReport {
  const { hashRest, hashWs, hashDelta, top, mirror, sequence } = checks;
  return {
    ...{ restVerified: hashRest.verified, restMismatched: hashRest.mismatched, restAgreed },
    ...{ wsVerified: hashWs.verified, wsSuperseded: hashWs.superseded },
    ...{ wsUnverifiable: hashWs.unverifiable, wsMismatched: hashWs.mismatched },
    ...{ deltaVerified: hashDelta.verified, deltaSuperseded: hashDelta.superseded },
    ...{ deltaUnverifiable: hashDelta.unverifiable, deltaMismatched: hashDelta.mismatched },
    mismatched: hashRest.mismatched + hashWs.mismatched + hashDelta.mismatched,
    termsInferred,
    ...{ topVerified: top.verified, topSuperseded: top.superseded },
    ...{ topUnverifiable: top.unverifiable, topMismatched: top.mismatched },
    ...{ mirrorVerified: mirror.verified, mirrorMismatched: mirror.mismatched },
    ...{ seqVerified: sequence.verified, seqUnverifiable: sequence.unverifiable },
    ...{ seqGaps: sequenceGaps, seqStepBacks: sequence.mismatched, refused },
  };
}
