// As much of HCL's syntax as is needed to find blocks: strings, heredocs, comments and braces.

/**
 * The blocks of one kind at the outermost level of a text, e.g. every `resource`.
 *
 * @returns their labels; `body`, the text between the braces; and `code`, the same without comments and strings.
 */
export function blocksOf(text, kind) {
  const code = maskStringsAndComments(text);
  const blocks = [];
  const heads = new RegExp(`^[ \\t]*${kind}\\b([^\\n{}=]*)\\{`, 'gm');
  for (let head = heads.exec(code); head !== null; head = heads.exec(code)) {
    if (depthAt(code, head.index) !== 0) continue;
    const start = heads.lastIndex;
    const end = closingBrace(code, start);
    const labels = [...text.slice(head.index, start).matchAll(/"([^"]*)"/g)].map((match) => match[1]);
    blocks.push({ labels, body: text.slice(start, end), code: code.slice(start, end) });
  }
  return blocks;
}

function depthAt(code, index) {
  let depth = 0;
  for (let i = 0; i < index; i += 1) {
    if (code[i] === '{') depth += 1;
    else if (code[i] === '}') depth -= 1;
  }
  return depth;
}

function closingBrace(code, start) {
  let depth = 1;
  for (let i = start; i < code.length; i += 1) {
    if (code[i] === '{') depth += 1;
    else if (code[i] === '}') depth -= 1;
    if (depth === 0) return i;
  }
  throw new Error('A block has no end.');
}

/** The same text, as long and with the same lines, with blanks for what is in strings, heredocs and comments. */
function maskStringsAndComments(text) {
  let masked = '';
  let i = 0;
  while (i < text.length) {
    const end = endOfMasked(text, i);
    if (end > i) {
      masked += text.slice(i, end).replace(/[^\n]/g, ' ');
      i = end;
    } else {
      masked += text[i];
      i += 1;
    }
  }
  return masked;
}

/** Where the string, heredoc or comment that begins here ends; the index itself when none begins. */
function endOfMasked(text, index) {
  if (text[index] === '#' || text.startsWith('//', index)) return lineEnd(text, index);
  if (text.startsWith('/*', index)) return endAfter(text, '*/', index + 2);
  if (text[index] === '"') return stringEnd(text, index);
  const heredoc = /^<<-?([A-Za-z_]\w*)[ \t]*\r?\n/.exec(text.slice(index, index + 200));
  if (heredoc === null) return index;
  const close = new RegExp(`^[ \\t]*${heredoc[1]}[ \\t]*\\r?$`, 'm').exec(
    text.slice(index + heredoc[0].length),
  );
  return close === null ? text.length : index + heredoc[0].length + close.index + close[0].length;
}

/** A string may hold expressions, which may hold strings. */
function stringEnd(text, index) {
  let i = index + 1;
  while (i < text.length) {
    if (text[i] === '\\') i += 2;
    else if (text[i] === '"') return i + 1;
    else if (/^[$%]\{/.test(text.slice(i, i + 2)) && text[i - 1] !== text[i]) i = expressionEnd(text, i + 2);
    else i += 1;
  }
  return text.length;
}

function expressionEnd(text, index) {
  let depth = 1;
  let i = index;
  while (i < text.length && depth > 0) {
    if (text[i] === '"') {
      i = stringEnd(text, i);
      continue;
    }
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}') depth -= 1;
    i += 1;
  }
  return i;
}

function lineEnd(text, index) {
  const end = text.indexOf('\n', index);
  return end === -1 ? text.length : end;
}

function endAfter(text, what, index) {
  const end = text.indexOf(what, index);
  return end === -1 ? text.length : end + what.length;
}
