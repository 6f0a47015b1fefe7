/**
 * Text that is only text. Titles, names, model cards and error texts are written by strangers, and a
 * terminal obeys what is in them: control characters move its cursor, rewrite its lines, set its
 * title; marks of direction turn around what one reads.
 */

/** C0, DEL and C1; line and paragraph separators; marks that turn the direction of writing. */
const commands = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line: a line break of a stranger would make a line that looks like ours. */
export function plainText(text: string): string {
  return text.replace(commands, '�');
}

/** The same for text of several lines, which may be indented by tabs. */
export function plainLines(text: string): string {
  return text.replace(commands, (mark) => (mark === '\n' || mark === '\t' ? mark : '�'));
}

/** JSON that says the same (`parse(plainJson(json))` equals `parse(json)`), as text only. */
export function plainJson(json: string): string {
  return json.replace(commands, (mark) =>
    mark === '\n' ? mark : `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
