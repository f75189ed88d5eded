// Just enough SVG for the bench's pictures: text made here, the same for the same figures, no browser and no fonts of its
// own; colours for light and dark pages.

const WIDTH = 960;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

const STYLE = `
.page{fill:#ffffff;stroke:#d0d7de}.title{fill:#1f2328;font-size:17px;font-weight:600}.sub{fill:#59636e;font-size:12.5px}
.label{fill:#1f2328;font-size:13px}.small{fill:#59636e;font-size:11.5px}.figure{fill:#1f2328;font-size:12px;font-weight:600}
.grid{stroke:#d8dee4;stroke-width:1}.minor{stroke:#eff2f5;stroke-width:1}.rule{stroke:#d8dee4}
.ours{fill:#0a66d6}.other{fill:#98a4b3}.mark{fill:#ffffff}.oursLine{stroke:#0a66d6}.otherLine{stroke:#98a4b3}
@media (prefers-color-scheme:dark){.page{fill:#0d1117;stroke:#30363d}.title,.label,.figure{fill:#e6edf3}.sub,.small{fill:#9198a1}
.grid,.rule{stroke:#2d333b}.minor{stroke:#1c2128}.ours{fill:#4c9aff}.other{fill:#6b7787}.mark{fill:#0d1117}.oursLine{stroke:#4c9aff}.otherLine{stroke:#6b7787}}
`.replaceAll('\n', '');

/** Text of an element or attribute. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A coordinate: one decimal, so that equal figures give equal bytes. */
function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

type Anchor = 'start' | 'middle' | 'end';

export function text(x: number, y: number, style: string, words: string, anchor: Anchor = 'start'): string {
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${at(x)}" y="${at(y)}" class="${style}"${place}>${escaped(words)}</text>`;
}

export function bar(x: number, y: number, width: number, height: number, style: string, opacity = 1): string {
  const faint = opacity === 1 ? '' : ` fill-opacity="${opacity}"`;
  const radius = Math.min(3, height / 2, width / 2);
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(1, width))}" height="${at(height)}" rx="${at(radius)}" class="${style}"${faint}/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${style}"/>`;
}

/** A whole picture of `height`; `description` is what it says to those who do not see it. */
export function picture(
  title: string,
  sub: string,
  description: string,
  height: number,
  body: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${at(height)}" width="${WIDTH}" height="${at(height)}" role="img" aria-labelledby="t d" font-family="${FONT}">`,
    `<title id="t">${escaped(title)}</title>`,
    `<desc id="d">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${at(height - 1)}" rx="8" class="page"/>`,
    text(24, 32, 'title', title),
    text(24, 52, 'sub', sub),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** A logarithmic axis of ns between two x coordinates. */
export interface LogAxis {
  readonly x: (ns: number) => number;
  readonly firstNs: number;
  readonly lastNs: number;
}

/** An axis of whole decades around all of `valuesNs`. Throws when there is nothing to show. */
export function logAxis(valuesNs: readonly number[], fromX: number, toX: number): LogAxis {
  const positive = valuesNs.filter((ns) => ns > 0 && Number.isFinite(ns));
  if (positive.length === 0) throw new Error('a picture of nothing');
  const first = Math.floor(Math.log10(Math.min(...positive)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const scale = (toX - fromX) / (last - first);
  const x = (ns: number): number => fromX + (Math.log10(Math.max(ns, 10 ** first)) - first) * scale;
  return { x, firstNs: 10 ** first, lastNs: 10 ** last };
}

/** Grid and numbers of an axis between two y coordinates; numbers above. */
export function axisLines({ x, firstNs, lastNs }: LogAxis, fromY: number, toY: number): string[] {
  const lines: string[] = [];
  for (let decade = firstNs; decade <= lastNs * 1.001; decade *= 10) {
    for (const step of decade * 10 <= lastNs * 1.001 ? [2, 5] : []) {
      lines.push(line(x(decade * step), fromY, x(decade * step), toY, 'minor'));
    }
    lines.push(line(x(decade), fromY, x(decade), toY, 'grid'));
    lines.push(text(x(decade), fromY - 7, 'small', decadeText(decade), 'middle'));
  }
  return lines;
}

function decadeText(ns: number): string {
  if (ns >= 1e9) return `${ns / 1e9} s`;
  if (ns >= 1e6) return `${ns / 1e6} ms`;
  if (ns >= 1e3) return `${ns / 1e3} µs`;
  return `${Number(ns.toPrecision(1))} ns`;
}

/** A duration as a picture prints it. */
export function shortNs(ns: number): string {
  const three = (value: number): string => String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
  if (ns >= 1e6) return `${three(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${three(ns / 1e3)} µs`;
  return `${three(ns)} ns`;
}
