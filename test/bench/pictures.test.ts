// The bench's pictures: drawn from a report's figures alone, the same bytes for the same figures, nothing left out.
import { describe, expect, test } from 'vitest';
import { DISTRIBUTION_SHARES } from '../../bench/harness.ts';
import { type BesideGroup, besidePicture } from '../../bench/pictures/beside.ts';
import { stagesPicture } from '../../bench/pictures/stages.ts';
import { logAxis, shortNs } from '../../bench/pictures/svg.ts';

const GROUPS: readonly BesideGroup[] = [
  {
    title: 'Decode <a> & "b"',
    detail: 'd',
    rows: [
      { variant: 'dutchbook', ns: 20 },
      { variant: 'dutchbook, in place', ns: 30 },
      { variant: 'careful', ns: 400 },
      { variant: 'other', ns: 9_000, note: 'does less' },
    ],
  },
];

/** Widths of the bars in drawing order. */
function barWidths(svg: string): number[] {
  return [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="14"/g)].map(([, width]) =>
    Number(width),
  );
}

/** Throws unless every tag is closed in order. */
function expectBalanced(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name!);
  }
  expect(open).toEqual([]);
}

describe('ours beside others', () => {
  const svg = besidePicture('title', GROUPS, 'machine');

  test('draws a longer bar for a longer time, and says time and ratio', () => {
    const widths = barWidths(svg);
    expect(widths).toHaveLength(4);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(svg).toContain('>400 ns · 20×<');
    expect(svg).toContain('>9 µs · 450×<');
    expect(svg).toContain('>30 ns<');
    expect(svg).toContain('>other *<');
  });

  test('is well formed, tells its figures in words, and is the same text each time', () => {
    expectBalanced(svg);
    expect(svg).toMatch(/<title id="t">title<\/title>\n<desc id="d">.*careful 400 ns.*<\/desc>/);
    expect(svg).toContain('Decode &lt;a&gt; &amp; &quot;b&quot;');
    expect(svg).not.toMatch(/NaN|undefined|http(?!:\/\/www\.w3\.org\/2000\/svg)/);
    expect(besidePicture('title', GROUPS, 'machine')).toBe(svg);
  });

  test('refuses to draw nothing', () => {
    expect(() => besidePicture('title', [], 'machine')).toThrow('a picture of nothing');
    expect(() => logAxis([Number.NaN, 0], 0, 1)).toThrow('a picture of nothing');
  });
});

describe('where the time goes', () => {
  const row = (variant: string, factor: number) => {
    return { stage: 'decide: book', variant, distributionNs: DISTRIBUTION_SHARES.map((share) => factor * (1 + share)) };
  };
  const svg = stagesPicture([row('dutchbook', 100), row('careful', 5_000)], 'machine');

  test('draws both variants of a stage with their percentiles', () => {
    expectBalanced(svg);
    expect(svg).toContain('>150 ns · 199 ns · 200 ns<');
    expect(svg).toContain('>7.5 µs · 9.9 µs · 10 µs<');
    expect(svg).toContain('>Decide<');
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

test('a time is short and keeps its unit', () => {
  expect([0.44, 9.96, 12.3, 123.4, 1_234, 123_456, 12_345_678].map(shortNs)).toEqual([
    '0.44 ns',
    '10 ns',
    '12 ns',
    '123 ns',
    '1.2 µs',
    '123 µs',
    '12 ms',
  ]);
});
