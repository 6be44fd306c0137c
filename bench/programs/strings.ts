/** Text: escaping, a table in CSV read character by character, words counted, a template filled. */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (one) => escapes[one] ?? one);

function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      row.push(field);
      field = '';
    } else if (char === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
    } else field += char;
  }
  return rows;
}

const table = Array.from({ length: 40 }, (_, n) => `${n},"Offer ""${n}"" <new>",${n * 3}.99,"a & b"\n`).join('');

export default () => {
  const rows = parseCsv(table);
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const word of row.join(' ').toLowerCase().split(/\W+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const html = rows.map((row) => `<tr>${row.map((field) => `<td>${escape(field.trim())}</td>`).join('')}</tr>`).join('\n');
  return { rows: rows.length, words: counts.size, length: html.length };
};
