// The process with Kalshi's key, the only one that reads it: signs the requests it is asked for, writes each answer into its slot
// of its output, and ends when its input does. Started by kalshi-spawn.ts.
import { LiveClock } from '../core/clock.ts';
import { readSecretFile } from '../core/secret-file.ts';
import { KalshiSigner } from '../venue/kalshi/sign.ts';
import { answer, readFramed, runSigner } from './child.ts';
import { KalshiDesk } from './kalshi-desk.ts';
import { KALSHI_REQUEST_BYTES_MAX, type KalshiSignerSetup, type KalshiSignRequest } from './kalshi-protocol.ts';
import { SignerLimits } from './limits.ts';
import { READY_SEQUENCE } from './protocol.ts';

/** Throws an Error of one sentence that shows neither key nor path. */
function signerOf({ keyFile, keyIdFile }: KalshiSignerSetup): KalshiSigner {
  const [pem, id] = [readSecretFile(keyFile), readSecretFile(keyIdFile)];
  try {
    return new KalshiSigner(id.toString('utf8').trim(), pem.toString('utf8').trim());
  } finally {
    pem.fill(0);
  }
}

/** Serves until the input ends. */
function serve(): void {
  const setup = readFramed<KalshiSignerSetup>();
  if (setup === undefined) return;
  const clock = new LiveClock();
  const signer = signerOf(setup);
  const desk = new KalshiDesk(signer, setup, new SignerLimits(setup.limits));
  // The first signature is the slowest.
  signer.signature('GET', setup.socketPath, clock.wallMs());
  answer({ sequence: READY_SEQUENCE, kind: 'ready', text: JSON.stringify({ keyId: signer.keyId }) });
  for (;;) {
    const request = readFramed<KalshiSignRequest>(KALSHI_REQUEST_BYTES_MAX);
    if (request === undefined) return;
    for (const one of desk.answers(request, clock.nowNs() / 1e6, clock.wallMs())) answer(one);
  }
}

runSigner(serve);
