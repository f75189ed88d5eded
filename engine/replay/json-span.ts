// Finds the exact text of one top-level value in a line of JSON, so that a recorded message is kept byte for byte
// instead of being written anew. Cold path; the line has passed JSON.parse before.

/** Text of the value of the last top-level `key` in the object `json`, or undefined when there is none. */
export function valueSpan(json: string, key: string): string | undefined {
  let at = skipSpace(json, 0);
  if (json[at] !== '{') return undefined;
  at = skipSpace(json, at + 1);
  let found: string | undefined;
  while (json[at] === '"') {
    const nameEnd = endOfString(json, at);
    const name: unknown = JSON.parse(json.slice(at, nameEnd));
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = endOfValue(json, start);
    // JSON.parse lets the last of two equal keys win; so does this.
    if (name === key) found = json.slice(start, end);
    at = skipSpace(json, end);
    if (json[at] !== ',') return found;
    at = skipSpace(json, at + 1);
  }
  return found;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && (json[at] === ' ' || json[at] === '\t' || json[at] === '\r' || json[at] === '\n')) at += 1;
  return at;
}

function endOfString(json: string, quoteAt: number): number {
  for (let at = quoteAt + 1; at < json.length; at += 1) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

function endOfValue(json: string, from: number): number {
  if (json[from] === '"') return endOfString(json, from);
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return trimEnd(json, from, at);
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (character === ',' && depth === 0) return trimEnd(json, from, at);
  }
  return json.length;
}

/** A number or word ends before white space that stands ahead of the comma. */
function trimEnd(json: string, from: number, end: number): number {
  return from + json.slice(from, end).trimEnd().length;
}
