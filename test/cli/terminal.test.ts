import { expect } from 'chai';
import fc from 'fast-check';
import { describeFailure } from '@commonweights/cli/errors.js';
import { formatJson, formatJsonLine } from '@commonweights/cli/output.js';
import { startProgress } from '@commonweights/cli/progress.js';
import { openTerminal, openTextStream } from '@commonweights/cli/terminal.js';

/** Spelled out here again: the test must not believe the code about what is dangerous. */
function isObeyed(mark: string): boolean {
  const code = mark.codePointAt(0)!;
  const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const separator = code === 0x2028 || code === 0x2029;
  const turning =
    code === 0x061c ||
    (code >= 0x200e && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069);
  return control || separator || turning;
}

const obeyed = (text: string, but = '') =>
  [...text].filter((mark) => isObeyed(mark) && !but.includes(mark));

/** Strings in which such characters are as common as others. */
const everyMark = Array.from({ length: 0x2100 }, (_, code) => String.fromCodePoint(code));
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...everyMark.filter(isObeyed)), fc.string()), { maxLength: 12 })
  .map((pieces) => pieces.join(''));

describe('a terminal', () => {
  const stage = (isTTY = false) => {
    let shown = '';
    const raw = { isTTY, write: (text: string) => (shown += text) };
    const signal = new AbortController().signal;
    const terminal = openTerminal({ stdout: raw, stderr: raw, env: {}, cwd: '/', signal });
    return { terminal, shown: () => shown };
  };

  it('obeys nothing of what is written to it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { terminal, shown } = stage();
        terminal.stdout.write(text);
        terminal.stderr.write(text);
        expect(obeyed(shown(), '\n\t')).to.deep.equal([]);
      }),
      { endOnFailure: true },
    );
  });

  it('shows a line as one line, and draws over no more than the line that is there', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        const { terminal, shown } = stage(true);
        terminal.stderr.writeLine(line);
        expect(obeyed(shown())).to.deep.equal(['\n']);
        terminal.stderr.redraw(line);
        expect(obeyed(shown())).to.deep.equal(['\n', '\r', '\u001b']);
      }),
      { endOnFailure: true },
    );
  });

  it('gets progress that no label or note breaks out of', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.boolean(), (label, note, isTTY) => {
        let shown = '';
        const stream = openTextStream({ isTTY, write: (text: string) => (shown += text) });
        const progress = startProgress(label, { stream, total: 1 });
        progress.update(1, note);
        progress.finish(note);
        // What redraws a line is the program's own.
        const rest = isTTY ? shown.replaceAll('\r\u001b[2K', '') : shown;
        expect(obeyed(rest, '\n')).to.deep.equal([]);
        expect(shown.split('\n').length - 1).to.be.at.most(isTTY ? 1 : 3);
      }),
      { endOnFailure: true },
    );
  });

  it('gets a failure as one sentence, whoever worded it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const error of [new Error(`SOME_CODE: ${text}`), new Error(text), text]) {
          expect(obeyed(describeFailure(error).sentence)).to.deep.equal([]);
        }
      }),
      { endOnFailure: true },
    );
  });

  it('gets JSON that says the same and holds no such character', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        const told = { [`x${name}`]: [value] };
        for (const format of [formatJson, formatJsonLine]) {
          expect(obeyed(format(told), '\n')).to.deep.equal([]);
          expect(JSON.parse(format(told))).to.deep.equal(told);
        }
      }),
      { endOnFailure: true },
    );
  });
});
