// Signed orders as the simulated venue reads them: shape, signature, refusal.
import { expect, test } from 'vitest';
import { type OrderDomain, orderIdOf, readPostedOrder } from '../../../engine/venue/sim/signed-order.ts';
import { recoverSigner } from '../../../engine/venue/sim/wallet-signature.ts';

// Vectors of py_clob_client_v2 1.0.0, recomputed with ethers 6. The address is Hardhat's first test account.
const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const TOKEN = '71321045679252212594626385532706912750332728571942532289631379312455583992563';
const VECTORS: readonly { name: string; domain: OrderDomain; fields: object; id: string; signature: string }[] = [
  {
    name: 'standard BUY',
    domain: 'plain',
    fields: { salt: 123456789, makerAmount: '100000000', takerAmount: '50000000', side: 'BUY' },
    id: '0x32961c48ddac87ed3582f8e02097cd0eff4fcf80460306bd44b3710438dfa64c',
    signature:
      '0x89f178136333c8ebb32a19146cb891233e3202d474be6ef730c24dbc06ae4d2a0c99948a86d9b57de0f2c0bb8ec6964aa244ecf17cfa3a95b86878d0b64ad78a1b',
  },
  {
    name: 'neg-risk SELL',
    domain: 'negRisk',
    fields: { salt: 987654321, makerAmount: '50000000', takerAmount: '100000000', side: 'SELL' },
    id: '0x8b878404bd92dea2bfea9975c9fcd816ec70a57ae431cb20d67bb773744aaef3',
    signature:
      '0xf7d60d64364e2615b08d9f69f3ea9afd3b4f83ecfbf05ddd3ca83f4916277fb97d2d080758d17c8e91c928aceb8ff252477ebaec051b672832500f63b4d36b061c',
  },
];

function posted(fields: object, signature: string) {
  const zero = `0x${'0'.repeat(64)}`;
  const order = {
    ...{ maker: ADDRESS, signer: ADDRESS, tokenId: TOKEN, signatureType: 0, timestamp: '1713398400000' },
    ...{ expiration: '0', metadata: zero, builder: zero, signature },
    ...fields,
  };
  const read = readPostedOrder({ order, owner: 'key', orderType: 'GTC', deferExec: false });
  if (typeof read === 'string') throw new Error(read);
  return read.order;
}

test.each(VECTORS)("$name: id and signer are those of the venue's own client", ({ fields, domain, id, signature }) => {
  const order = posted(fields, signature);
  expect(orderIdOf(order, domain)).toBe(id);
  expect(recoverSigner(order, domain)).toBe(ADDRESS.toLowerCase());
  // Signed for another exchange contract it is somebody else's.
  for (const other of ['plain', 'negRisk', 'protocolV2'] as const) {
    if (other !== domain) expect(recoverSigner(order, other)).not.toBe(ADDRESS.toLowerCase());
  }
  const altered = posted({ ...fields, takerAmount: '1' }, signature);
  expect(recoverSigner(altered, domain)).not.toBe(ADDRESS.toLowerCase());
});

test('a signature that is no signature recovers to nobody and throws nothing', () => {
  const { fields } = VECTORS[0]!;
  for (const signature of ['0x', `0x${'00'.repeat(65)}`, `0x${'ff'.repeat(65)}`, `0x${'11'.repeat(64)}`]) {
    expect(recoverSigner(posted(fields, signature), 'plain')).toBeUndefined();
  }
});
