// The signer's process: the only one that reads the key. It waits for requests on its input and writes each answer into its slot
// of its output, a file; when its input ends, the engine is gone, and so is it. Started by spawn.ts.
import { LiveClock } from '../core/clock.ts';
import { readSecretFile } from '../core/secret-file.ts';
import { processCurve } from '../venue/polymarket/curve.ts';
import { OrderSigner } from '../venue/polymarket/sign.ts';
import { answer, fill, readFramed, runSigner } from './child.ts';
import { SignerDesk } from './desk.ts';
import { READY_SEQUENCE, REQUEST_BYTES, readRequest, type SignerSetup } from './protocol.ts';

const KEY_TEXT = /^(0x)?[0-9a-fA-F]{64}$/;

/** The signer with the key of that file. Throws an Error of one sentence that shows neither. */
function signerOf(keyFile: string): OrderSigner {
  const content = readSecretFile(keyFile);
  const text = content.toString('latin1').trim();
  content.fill(0);
  if (!KEY_TEXT.test(text)) throw new Error('not a key: 64 hexadecimal digits belong there, with or without 0x');
  const key = Buffer.from(text.replace(/^0x/, ''), 'hex');
  try {
    return new OrderSigner(key);
  } finally {
    key.fill(0);
  }
}

/** Serves until the input ends. */
function serve(): void {
  const setup = readFramed<SignerSetup>();
  if (setup === undefined) return;
  const clock = new LiveClock();
  const signer = signerOf(setup.keyFile);
  const desk = new SignerDesk(signer, setup);
  signer.warmUp();
  const { curve, why } = processCurve();
  const text = JSON.stringify({ address: signer.address, curve: curve.name, why });
  answer({ sequence: READY_SEQUENCE, kind: 'ready', text });
  const input = Buffer.alloc(REQUEST_BYTES);
  while (fill(input, 0)) answer(desk.answer(readRequest(input, 0), clock.nowNs() / 1e6));
}

runSigner(serve);
